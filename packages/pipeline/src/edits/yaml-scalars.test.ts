import { describe, expect, it } from 'vitest'
import { child } from '../yaml/tree.ts'
import { after, FILE, parse } from './edits.test.util.ts'
import { removeLines, replacePart, replaceScript, replaceText } from './yaml-scalars.ts'

function of(text: string, path: readonly string[] = ['a']) {
  const scalar = child(parse(text, 'gitlab'), ...path)
  if (scalar === undefined) throw new Error('no such value')
  const source = { file: FILE, text }
  return {
    text: (value: string) => after(text, replaceText(source, scalar, value)),
    part: (part: string, value: string) => after(text, replacePart(source, scalar, part, value)),
    script: (line: string) => after(text, replaceScript(source, scalar, line)),
    lines: (part: string, which?: number) => after(text, removeLines(source, scalar, part, which)),
  }
}

describe('replaceScript', () => {
  it('puts one line in the place of a block', () => {
    expect(of('a: >-\n  x\n  y\nb: 1\n').script('z')).toBe('a: z\nb: 1\n')
    expect(of('a: |\n  x\n\n\nb: 1\n').script('z: 1')).toBe('a: "z: 1"\n\n\nb: 1\n')
    expect(of('a: x\n  y\nb: 1\n').script('z')).toBe('a: z\nb: 1\n')
  })
})

describe('replaceText', () => {
  it('keeps the quotes and the comment', () => {
    expect(of('a: 20 # c\n').text('24')).toBe('a: 24 # c\n')
    expect(of("a: '20' # c\n").text("it's")).toBe("a: 'it''s' # c\n")
    expect(of('a: "20"\r\n').text('x "y"')).toBe('a: "x \\"y\\""\r\n')
    expect(of('a: [x, { b: y }]\n', []).text('z')).toBeUndefined()
  })

  it('quotes what cannot stand without', () => {
    expect(of('a: x\n').text('npm:y')).toBe('a: npm:y\n')
    expect(of('a: x\n').text('y: z')).toBe('a: "y: z"\n')
    expect(of('a: x\n').text('# y')).toBe('a: "# y"\n')
    expect(of('a: {b: x}\n', ['a', 'b']).text('y, z')).toBe('a: {b: "y, z"}\n')
  })

  it('changes an anchored text where it stands', () => {
    expect(of('b: &b x\na: *b\n').text('y')).toBe('b: &b y\na: *b\n')
  })

  it('leaves blocks and what is not a text', () => {
    expect(of('a: |\n  x\nb: 1\n').text('y')).toBeUndefined()
    expect(of('a: >\n  x\nb: 1\n').text('y')).toBeUndefined()
    expect(of('a:\nb: 1\n').text('y')).toBeUndefined()
    expect(of('a: ~\n').text('y')).toBeUndefined()
  })
})

describe('replacePart', () => {
  it('changes a part of a text in whatever style', () => {
    expect(of('a: npm ci && x # x\n').part('x', 'y')).toBe('a: npm ci && y # x\n')
    expect(of("a: 'npm ci'\n").part('ci', 'install')).toBe("a: 'npm install'\n")
    expect(of('a: |\n  x\n  npm ci\n').part('npm ci', 'yarn')).toBe('a: |\n  x\n  yarn\n')
    expect(of('a: >-\n  npm\n  ci\n').part('ci', 'i')).toBe('a: >-\n  npm\n  i\n')
  })

  it('finds a part over several lines, whatever their indentation', () => {
    const text = 'a: |\r\n    x \\\r\n      --y\r\n    z\r\n'
    expect(of(text).part('x \\\n  --y', 'w')).toBe('a: |\r\n    w\r\n    z\r\n')
    expect(of(text).part('z', 'v\n  w')).toBe(
      'a: |\r\n    x \\\r\n      --y\r\n    v\r\n      w\r\n',
    )
  })

  it('leaves a part that stands there twice, or not at all', () => {
    expect(of('a: xx\n').part('x', 'y')).toBeUndefined()
    expect(of('a: xaxax\n').part('xax', 'y')).toBeUndefined()
    expect(of('a: x # y\n').part('y', 'z')).toBeUndefined()
    expect(of('a: | # x\n  y\n').part('x', 'z')).toBeUndefined()
    expect(of('a: x\n').part('', 'z')).toBeUndefined()
  })

  it('leaves a text that the new part would end, or that is written otherwise', () => {
    expect(of('a: x y\n').part('y', '# z')).toBeUndefined()
    expect(of("a: 'x y'\n").part('y', "'")).toBeUndefined()
    expect(of('a: "x\\ty"\n').part('ty', 'z')).toBeUndefined()
    expect(of('a: x y\n').part('x', '- ')).toBeUndefined()
  })
})

describe('removeLines', () => {
  it('takes the one of several that is meant', () => {
    const text = 'a: |\n  x\n  y\n  x\n'
    expect(of(text).lines('x')).toBeUndefined()
    expect(of(text).lines('x', 0)).toBe('a: |\n  y\n  x\n')
    expect(of(text).lines('x', 1)).toBe('a: |\n  x\n  y\n')
    expect(of(text).lines('x', 2)).toBeUndefined()
  })

  it('takes the whole line, with its comment', () => {
    expect(of('a: |\n  x\n  y z # why\n  w\nb: 1\n').lines('y z')).toBe('a: |\n  x\n  w\nb: 1\n')
    expect(of('a: |\r\n  x\r\n  y').lines('y')).toBe('a: |\r\n  x\r\n')
  })

  it('takes a command over several lines', () => {
    expect(of('a: |\n  x \\\n    y\n  z\n').lines('x \\\n  y')).toBe('a: |\n  z\n')
  })

  it('takes the blank line that parted what is gone', () => {
    expect(of('a: |\n  x\n\n  y\n\n  z\n').lines('y')).toBe('a: |\n  x\n\n  z\n')
    expect(of('a: |\n  x\n\n  y\nb: 1\n').lines('y')).toBe('a: |\n  x\nb: 1\n')
    expect(of('a: |\n  x\n\n  y\n  z\n').lines('y')).toBe('a: |\n  x\n\n  z\n')
  })

  it('leaves a line on which something else stands', () => {
    expect(of('a: |\n  x && y\n  z\n').lines('y')).toBeUndefined()
  })

  it('leaves a text of which nothing would be left, and one that is not a literal block', () => {
    expect(of('a: |\n  x\n\nb: 1\n').lines('x')).toBeUndefined()
    expect(of('a: x\n').lines('x')).toBeUndefined()
    expect(of('a: >\n  x\n\n  y\n').lines('x')).toBeUndefined()
  })
})
