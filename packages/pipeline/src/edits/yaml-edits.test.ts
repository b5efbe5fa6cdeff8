import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesOf, isList, isMap, type Tree } from '../yaml/tree.ts'
import type { Dialect } from '../yaml/yaml-file.ts'
import { applyEdits, type Edit, lineEnd } from './edit.ts'
import { commentsIn, FILE, outside, type Plain, parse, plain, treesIn } from './edits.test.util.ts'
import { randomYaml } from './random-yaml.test.util.ts'
import {
  insertItem,
  insertKeys,
  isFlow,
  removeItem,
  removeKeys,
  removeLines,
  replacePart,
  replaceText,
} from './yaml-edits.ts'

/** An edit of a random place, and what the value there is to be afterwards. */
interface Attempt {
  readonly target: Tree
  readonly edits: readonly Edit[] | undefined
  readonly meant: (before: Plain) => Plain
  /** Whether there must be edits, in a file without aliases and blocks that keep blank lines. */
  readonly isPlain: boolean
  /** Whether a comment may go, by its offset. */
  readonly isLost?: (comment: number) => boolean
}

type Try = (text: string, root: Tree, pick: (below: number) => number) => Attempt | undefined

/** Tries an edit at random places of random files, and counts how often it is made. */
function holds(attempt: Try, dialect: Dialect, numRuns = 400, least = numRuns / 5): void {
  const ingredients = { aliases: true, merges: dialect === 'gitlab' }
  const files = randomYaml(ingredients)
  const choices = fc.array(fc.nat({ max: 9999 }), { minLength: 12, maxLength: 12 })
  let made = 0
  fc.assert(
    fc.property(files, choices, (text, numbers) => {
      let at = 0
      const pick = (below: number): number => (numbers[at++ % numbers.length] ?? 0) % below
      const root = parse(text, dialect)
      const found = attempt(text, root, pick)
      if (found === undefined) return
      const { edits, target, meant, isPlain, isLost = () => false } = found
      const isIntricate = /[&*]n\d|\|\+/.test(text)
      if (isPlain && !isIntricate) expect(edits).toBeDefined()
      if (edits === undefined) return
      made++
      const result = applyEdits(text, edits)
      // `<<` counts as a key here: what it merges in changes where it is written.
      const expected = plain(sameIn(parse(text), target), target.span, meant)
      expect(plain(parse(result))).toEqual(expected)
      expect(() => parse(result, dialect)).not.toThrow()
      const rest = outside(text, edits)
      expect(rest.after).toBe(rest.before)
      const kept = commentsIn(text).filter((comment) => !isLost(text.indexOf(comment)))
      expect(commentsIn(result)).toEqual(expect.arrayContaining([...kept]))
      if (text.includes('\r\n')) expect(result.replaceAll('\r\n', '')).not.toContain('\n')
    }),
    { numRuns },
  )
  expect(made).toBeGreaterThan(least)
}

function sameIn(root: Tree, { span }: Tree): Tree {
  const found = treesIn(root).some(
    (tree) => tree.span?.start === span?.start && tree.span?.end === span?.end,
  )
  if (!found) throw new Error('the target is not in the file')
  return root
}

function chosen(
  root: Tree,
  pick: (below: number) => number,
  isFit: (tree: Tree) => boolean,
): Tree | undefined {
  const trees = treesIn(root).filter(isFit)
  return trees.length === 0 ? undefined : trees[pick(trees.length)]
}

const source = (text: string) => ({ file: FILE, text })
const isData = (value: Plain): value is { readonly [key: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isItems = (value: Plain): value is readonly Plain[] => Array.isArray(value)

const namesOf = (map: Tree): readonly string[] => entriesOf(map).map(([name]) => name)

const keysRemoved: Try = (text, root, pick) => {
  const target = chosen(root, pick, (tree) => isMap(tree) && tree.value.size > 0)
  if (!isMap(target)) return undefined
  const keys = namesOf(target).filter((_, at) => at === 0 || pick(2) === 1)
  const skip = pick(2)
  const gone = keys.slice(keys.length > 1 ? skip : 0)
  const isEmptied = gone.length === target.value.size
  return {
    target,
    edits: removeKeys(source(text), target, gone),
    meant: (before) =>
      isData(before)
        ? Object.fromEntries(Object.entries(before).filter(([key]) => !gone.includes(key)))
        : before,
    isPlain: !isEmptied || isFlow(source(text), target),
    isLost: (comment) => isFlow(source(text), target) || isAmong(comment, text, target, gone),
  }
}

/** Tells whether a comment stands behind keys, or between two of them that follow each other. */
function isAmong(comment: number, text: string, map: Tree, keys: readonly string[]): boolean {
  const entries = entriesOf(map)
  return entries.some(([name, value], at) => {
    const { key = 0, end = 0 } = value.alias ?? value.span ?? {}
    const [next, following] = entries[at + 1] ?? []
    const until = keys.includes(next ?? '')
      ? ((following?.alias ?? following?.span)?.key ?? end)
      : lineEnd(text, Math.max(key, text.slice(0, end).trimEnd().length - 1))
    return keys.includes(name) && comment >= key && comment < until
  })
}

const keysInserted: Try = (text, root, pick) => {
  const target = chosen(root, pick, isMap)
  if (!isMap(target)) return undefined
  const isInFlow = isFlow(source(text), target)
  const names = namesOf(target)
  const name = names[pick(Math.max(1, names.length))] ?? ''
  const positions = ['end', { before: name }, { after: name }] as const
  const lines = isInFlow
    ? ['new: 1', "other: 'a, b'"]
    : ['new:', '  deep:', '    - x', '', 'other: 1']
  return {
    target,
    edits: ((edit) => edit && [edit])(
      insertKeys(source(text), target, lines, positions[pick(3)] ?? 'end'),
    ),
    meant: (before) =>
      isData(before)
        ? isInFlow
          ? { ...before, new: '1', other: 'a, b' }
          : { ...before, new: { deep: ['x'] }, other: '1' }
        : before,
    isPlain: target.value.size > 0,
  }
}

const itemRemoved: Try = (text, root, pick) => {
  const target = chosen(root, pick, (tree) => isList(tree) && tree.value.length > 1)
  if (!isList(target)) return undefined
  const at = pick(target.value.length)
  const edit = target.value[at] && removeItem(source(text), target, target.value[at])
  return {
    target,
    edits: edit && [edit],
    meant: (before) => (isItems(before) ? before.filter((_, index) => index !== at) : before),
    isPlain: false,
    isLost: (comment) => edit !== undefined && comment >= edit.start && comment < edit.end,
  }
}

const itemInserted: Try = (text, root, pick) => {
  const target = chosen(root, pick, (tree) => isList(tree) && tree.value.length > 0)
  if (!isList(target)) return undefined
  const at = pick(target.value.length + 1)
  const lines = ['- uses: x', '  with:', '    y: 1']
  const edit = insertItem(source(text), target, lines, target.value[at])
  return {
    target,
    edits: edit && [edit],
    meant: (before) =>
      isItems(before)
        ? [...before.slice(0, at), { uses: 'x', with: { y: '1' } }, ...before.slice(at)]
        : before,
    isPlain: false,
  }
}

const isScalar = (tree: Tree): boolean => typeof tree.value === 'string'

const textReplaced: Try = (text, root, pick) => {
  const target = chosen(root, pick, isScalar)
  if (target?.span === undefined) return undefined
  const value = ['npm:x', '25', "it's", 'a, b', '# x', 'x: y', ''][pick(7)] ?? ''
  const edit = replaceText(source(text), target, value)
  const isBlock = /^[|>]/.test(text.slice(target.span.start))
  return { target, edits: edit && [edit], meant: () => value, isPlain: !isBlock }
}

const partReplaced: Try = (text, root, pick) => {
  const target = chosen(root, pick, (tree) => isScalar(tree) && tree.value !== '')
  if (typeof target?.value !== 'string') return undefined
  const from = pick(target.value.length)
  const part = target.value.slice(from, from + 1 + pick(12))
  const value = ['', 'uv', 'a\nb', ': ', '"', "'"][pick(6)] ?? ''
  const edit = replacePart(source(text), target, part, value)
  return {
    target,
    edits: edit && [edit],
    meant: (before) => (typeof before === 'string' ? before.replace(part, () => value) : before),
    isPlain: false,
  }
}

const linesRemoved: Try = (text, root, pick) => {
  const target = chosen(root, pick, ({ block }) => block !== undefined)
  if (typeof target?.value !== 'string') return undefined
  const lines = target.value.split('\n')
  const line = lines[pick(lines.length)] ?? ''
  const edit = removeLines(source(text), target, line)
  return {
    target,
    edits: edit && [edit],
    meant: (before) => {
      if (typeof before !== 'string') return before
      const at = before.split('\n').indexOf(line)
      const kept = before.split('\n').filter((_, index) => index !== at)
      // The blank line goes along that parted the line from the next, or from the end.
      const isBlank = kept[at - 1] === '' && (kept[at] ?? '') === ''
      return kept.filter((_, index) => !isBlank || index !== at - 1).join('\n')
    },
    isPlain: false,
  }
}

describe.each(['github', 'gitlab'] as const)('an edit of a random file of %s', (dialect) => {
  it('that removes keys removes them and nothing else', () => {
    holds(keysRemoved, dialect)
  })

  it('that inserts keys inserts them and changes nothing else', () => {
    holds(keysInserted, dialect)
  })

  it('that removes an item removes it and nothing else', () => {
    holds(itemRemoved, dialect)
  })

  it('that inserts an item inserts it and changes nothing else', () => {
    holds(itemInserted, dialect)
  })

  it('that replaces a text changes nothing else', () => {
    holds(textReplaced, dialect)
  })

  it('that removes a line of a script removes it and nothing else', () => {
    holds(linesRemoved, dialect, 2000, 20)
  })

  it('that replaces a part of a text changes nothing else', () => {
    holds(partReplaced, dialect)
  })
})
