import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PipelineError } from '../errors.ts'
import { child, itemsOf, placeOfLine, type Tree, textOf, textsOf } from './tree.ts'
import { type Dialect, parseYaml } from './yaml-file.ts'

const parse = (source: string, dialect: Dialect = 'github') => parseYaml('w.yml', source, dialect)

function problem(source: string, dialect: Dialect = 'github'): PipelineError | undefined {
  try {
    parse(source, dialect)
    return undefined
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
}

describe('parseYaml', () => {
  it('keeps `on`, `yes` and numbers as they are written', () => {
    const tree = parse('on: push\nyes: 1.10\n20: off\nnone: ~\nempty:\n')
    expect(textOf(child(tree, 'on'))).toBe('push')
    expect(textOf(child(tree, 'yes'))).toBe('1.10')
    expect(textOf(child(tree, '20'))).toBe('off')
    expect(child(tree, 'none')?.value).toBeNull()
    expect(child(tree, 'empty')?.value).toBeNull()
  })

  it('places a value at its key and an item at itself', () => {
    const tree = parse('a:\n  b: [x,\n    y]\n')
    expect(child(tree, 'a', 'b')?.place).toEqual({ file: 'w.yml', line: 2, column: 3 })
    expect(itemsOf(child(tree, 'a', 'b'))[1]?.place).toEqual({ file: 'w.yml', line: 3, column: 5 })
  })

  it('places every line of a literal block', () => {
    const run = child(parse('run: |\n\n    a\n    b\n'), 'run') ?? parse('')
    expect(textOf(run)).toBe('\na\nb\n')
    expect(placeOfLine(run, 2)).toEqual({ file: 'w.yml', line: 4, column: 5 })
  })

  it('resolves aliases, and merge keys at GitLab only', () => {
    const source = 'a: &a { x: 1, y: 2 }\nb: { <<: *a, y: 3 }\nc: *a\n'
    expect(textOf(child(parse(source, 'gitlab'), 'b', 'x'))).toBe('1')
    expect(textOf(child(parse(source, 'gitlab'), 'b', 'y'))).toBe('3')
    expect(child(parse(source), 'b', 'x')).toBeUndefined()
    expect(textOf(child(parse(source), 'c', 'y'))).toBe('2')
  })

  it('keeps the reference tag of GitLab', () => {
    const tree = parse('script: [!reference [a, script]]', 'gitlab')
    const [item] = itemsOf(child(tree, 'script'))
    expect(item?.tag).toBe('!reference')
    expect(textsOf(item)).toEqual(['a', 'script'])
  })

  it('takes the document after a header of GitLab', () => {
    const source = 'spec:\n  inputs: {}\n---\njob: { script: x }\n'
    expect(textOf(child(parse(source, 'gitlab'), 'job', 'script'))).toBe('x')
  })

  it('reports the place and the reason of a syntax error', () => {
    const error = problem('a: 1\nb: [1, 2\nc: "x\n')
    expect(error?.code).toBe('workflow_unparseable')
    expect(error?.place.file).toBe('w.yml')
    expect(error?.place.line).toBeGreaterThan(1)
    expect(error?.message).toContain('is not valid YAML')
  })

  it('knows a merge conflict that nobody has resolved', () => {
    const error = problem('a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n')
    expect(error?.code).toBe('merge_conflict')
    expect(error?.place).toEqual({ file: 'w.yml', line: 2, column: 1 })
  })

  it('refuses equal keys where GitHub does', () => {
    expect(problem('a: 1\na: 2\n')?.place.line).toBe(2)
    expect(textOf(child(parse('a: 1\na: 2\n', 'gitlab'), 'a'))).toBe('2')
  })

  it('refuses aliases that contain themselves, lead nowhere or stand for too much', () => {
    expect(problem('a: &a [*a]')?.message).toContain('contains itself')
    expect(problem('a: *b')?.code).toBe('workflow_unparseable')
    const levels = Array.from({ length: 20 }, (_, i) =>
      i === 0
        ? 'l0: &l0 [x]'
        : `l${i}: &l${i} [${Array(9)
            .fill(`*l${i - 1}`)
            .join(', ')}]`,
    )
    expect(problem(levels.join('\n'))?.message).toContain('aliases')
  })

  it('throws nothing but its own error', () => {
    const piece = fc.constantFrom(
      ...[
        'a:',
        ' b',
        '- ',
        '\n',
        '  ',
        '&x ',
        '*x',
        '<<: ',
        '{',
        '}',
        '[',
        ']',
        '|',
        '>',
        '"',
        "'",
      ],
      ...['!t ', '? ', ': ', '#', '---\n', '%YAML 1.1\n', ','],
    )
    const source = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(source, fc.constantFrom<Dialect>('github', 'gitlab'), (text, dialect) => {
        problem(text, dialect)
      }),
      { numRuns: 2000 },
    )
    expect(problem('['.repeat(20_000))?.code).toBe('workflow_unparseable')
  })

  it('gives places inside the file', () => {
    const places = (tree: Tree): number[] => [
      tree.place.line,
      ...itemsOf(tree).flatMap(places),
      ...(tree.value instanceof Map ? [...tree.value.values()].flatMap(places) : []),
    ]
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        for (const line of places(parse(json, 'gitlab'))) expect(line).toBe(1)
      }),
    )
  })
})
