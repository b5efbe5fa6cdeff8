import { describe, expect, it } from 'vitest'
import { child, itemsOf, type Tree } from '../yaml/tree.ts'
import type { Dialect } from '../yaml/yaml-file.ts'
import { after, FILE, parse } from './edits.test.util.ts'
import { emptied, insertKeys, isEmptiedBy, type Position, removeKeys } from './yaml-keys.ts'

interface At {
  readonly path?: readonly string[]
  /** The item of the list at the path. */
  readonly item?: number
  readonly dialect?: Dialect
}

function mapAt(text: string, { path = [], item, dialect }: At): Tree {
  const tree = child(parse(text, dialect), ...path)
  const map = item === undefined ? tree : itemsOf(tree)[item]
  if (map === undefined) throw new Error('no such value')
  return map
}

const remove = (text: string, keys: string[], at: At = {}) =>
  after(text, removeKeys({ file: FILE, text }, mapAt(text, at), keys))

const insert = (text: string, lines: string[], position?: Position, at: At = {}) =>
  after(text, insertKeys({ file: FILE, text }, mapAt(text, at), lines, position))

describe('removeKeys', () => {
  it('takes the lines of a key, with the comment behind it but not the one above', () => {
    const text = 'a: 1\n# about b\nb: 2 # two\n\nc: 3\n'
    expect(remove(text, ['b'])).toBe('a: 1\n# about b\n\nc: 3\n')
  })

  it('takes all that stands under a key', () => {
    const text = 'a:\n  x:\n    - 1\n    # end\nb: |\n  run\n\n  it\nc: 3\n'
    expect(remove(text, ['a', 'b'])).toBe('c: 3\n')
    expect(remove(text, ['b'])).toBe('a:\n  x:\n    - 1\n    # end\nc: 3\n')
  })

  it('takes keys that say nothing, quoted keys and folded texts', () => {
    const text = 'a:\n"b c": 1\n\'d\': >-\n  x\n  y\ne: ~ # no\nf: 1\n'
    expect(remove(text, ['a', 'b c', 'd', 'e'])).toBe('f: 1\n')
  })

  it('takes a text over several lines, quoted or not', () => {
    const text = 'a: "x\n  y"\nb: x\n  y\nc: 1\n'
    expect(remove(text, ['a'])).toBe('b: x\n  y\nc: 1\n')
    expect(remove(text, ['b'])).toBe('a: "x\n  y"\nc: 1\n')
  })

  it('keeps carriage returns and a missing line break at the end', () => {
    expect(remove('a: 1\r\nb: 2\r\nc: 3', ['b'])).toBe('a: 1\r\nc: 3')
    expect(remove('a: 1\r\nb: 2', ['b'])).toBe('a: 1\r\n')
  })

  it('puts the next key behind the dash of a list item', () => {
    const text = 'steps:\n  - env:\n      A: 1\n    run: x\n  - run: y\n'
    expect(remove(text, ['env'], { path: ['steps'], item: 0 })).toBe(
      'steps:\n  - run: x\n  - run: y\n',
    )
  })

  it('puts the key behind the dash that stays of several', () => {
    const text = '- a: 1\n  b: 2\n  c: 3\n  d: 4\n'
    expect(remove(text, ['a', 'b', 'd'], { item: 0 })).toBe('- c: 3\n')
  })

  it('moves a comment over the key that comes behind the dash above the dash', () => {
    const text = 'steps:\n  - env: {} # none\n\n    # about run\n    run: x\n'
    expect(remove(text, ['env'], { path: ['steps'], item: 0 })).toBe(
      'steps:\n  # about run\n  - run: x\n',
    )
  })

  it('takes nothing but the pair and a comma out of braces', () => {
    const text = 'a: { x: 1,  "y": [1, 2] , z: 3 } # c\n'
    expect(remove(text, ['x'], { path: ['a'] })).toBe('a: { "y": [1, 2] , z: 3 } # c\n')
    expect(remove(text, ['y'], { path: ['a'] })).toBe('a: { x: 1,  z: 3 } # c\n')
    expect(remove(text, ['y', 'z'], { path: ['a'] })).toBe('a: { x: 1 } # c\n')
    expect(remove(text, ['x', 'y', 'z'], { path: ['a'] })).toBe('a: {  } # c\n')
  })

  it('keeps the lines and comments of wide braces', () => {
    const text = 'a: {\n  x: 1, # one\n  y: 2, # two\n  z: 3 # three\n}\n'
    expect(remove(text, ['y'], { path: ['a'] })).toBe('a: {\n  x: 1, # one\n  z: 3 # three\n}\n')
    expect(remove(text, ['z'], { path: ['a'] })).toBe(
      'a: {\n  x: 1, # one\n  y: 2, # two\n   # three\n}\n',
    )
  })

  it('takes out a key with an alias, and not what is anchored', () => {
    const text = 'a:\n  env: &e\n    X: 1\n  x: 1\nb:\n  env: *e # same\n  x: 1\n'
    expect(remove(text, ['env'], { path: ['b'] })).toBe(
      'a:\n  env: &e\n    X: 1\n  x: 1\nb:\n  x: 1\n',
    )
  })

  it('changes what is anchored where it stands, for all who share it', () => {
    const text = 'a: &e\n  X: 1\n  Y: 2\nb: *e\n'
    expect(remove(text, ['X'], { path: ['b'] })).toBe('a: &e\n  Y: 2\nb: *e\n')
  })

  it('leaves an anchor that something stands for', () => {
    expect(remove('a: &e\n  X: 1\nb: *e\n', ['a'])).toBeUndefined()
    expect(remove('a: &e\n  X: 1\nb: 2\n', ['a'])).toBe('b: 2\n')
  })

  it('leaves what a merge key brings in', () => {
    const text = '.a: &a\n  x: 1\n  y: 1\nb:\n  <<: *a\n  z: 1\n'
    expect(remove(text, ['x'], { path: ['b'], dialect: 'gitlab' })).toBeUndefined()
    expect(remove(text, ['x'], { path: ['.a'], dialect: 'gitlab' })).toBe(
      '.a: &a\n  y: 1\nb:\n  <<: *a\n  z: 1\n',
    )
  })

  it('leaves a block that would have no keys, and keys that are not there', () => {
    expect(remove('a:\n  x: 1\n', ['x'], { path: ['a'] })).toBeUndefined()
    expect(remove('- a: 1\n- b: 1\n', ['a'], { item: 0 })).toBeUndefined()
    expect(remove('a: 1\nb: 2\n', ['c'])).toBeUndefined()
  })

  it('leaves blank lines that would become part of the text above', () => {
    expect(remove('a: |+\n  x\nb: |+\n  y\n\nc: 1\n', ['b'])).toBeUndefined()
  })
})

describe('isEmptiedBy', () => {
  it('tells whether a key would be left', () => {
    const map = parse('a: 1\nb: 2\n')
    expect(isEmptiedBy(map, ['a'])).toBe(false)
    expect(isEmptiedBy(map, ['b', 'a', 'c'])).toBe(true)
  })
})

describe('insertKeys', () => {
  it('goes in as deep as the maps beside it do, where the file is not of one mind', () => {
    const text = 'on:\n push:\njob:\n    env:\n      A: 1\n    steps: []\n'
    expect(insert(text, ['p:', '  q: r'], { before: 'steps' }, { path: ['job'] })).toBe(
      'on:\n push:\njob:\n    env:\n      A: 1\n    p:\n      q: r\n    steps: []\n',
    )
  })

  const job = 'jobs:\n  x:\n    # where\n    runs-on: u # c\n\n    steps:\n      - run: x\n'

  it('puts keys behind the last, before the blank lines that follow', () => {
    const text = 'a:\n  x: 1\n  # end of a\n\nb: 2\n'
    expect(insert(text, ['y:', '  z: 1'], 'end', { path: ['a'] })).toBe(
      'a:\n  x: 1\n  y:\n    z: 1\n  # end of a\n\nb: 2\n',
    )
  })

  it('puts keys before another or behind it', () => {
    const lines = ['permissions:', '  id-token: write']
    const written = '    permissions:\n      id-token: write\n'
    expect(insert(job, lines, { before: 'steps' }, { path: ['jobs', 'x'] })).toBe(
      job.replace('    steps:', `${written}\n    steps:`),
    )
    expect(insert(job, lines, { after: 'runs-on' }, { path: ['jobs', 'x'] })).toBe(
      job.replace('u # c\n', `u # c\n${written}`),
    )
  })

  it('indents as the file does', () => {
    const text = 'jobs:\n    x:\n        runs-on: u\n'
    expect(insert(text, ['a:', '  b: 1'], 'end', { path: ['jobs', 'x'] })).toBe(
      'jobs:\n    x:\n        runs-on: u\n        a:\n            b: 1\n',
    )
  })

  it('keeps carriage returns and a missing line break at the end', () => {
    expect(insert('a: 1\r\nb: 2', ['c:', '  d: 3'])).toBe('a: 1\r\nb: 2\r\nc:\r\n  d: 3')
    expect(insert('a: |\n  x', ['b: 2'])).toBe('a: |\n  x\nb: 2')
  })

  it('goes behind the dash where the first key stands', () => {
    const text = '- uses: x # c\n  if: y\n'
    expect(insert(text, ['id: a', 'name: b'], { before: 'uses' }, { item: 0 })).toBe(
      '- id: a\n  name: b\n  uses: x # c\n  if: y\n',
    )
    expect(insert(text, ['id: a'], { after: 'uses' }, { item: 0 })).toBe(
      '- uses: x # c\n  id: a\n  if: y\n',
    )
  })

  it('goes behind the last key in braces, over as many lines as they have', () => {
    expect(insert('a: { x: 1 } # c\n', ['y: 2'], 'end', { path: ['a'] })).toBe(
      'a: { x: 1, y: 2 } # c\n',
    )
    expect(insert('a: {x: 1,}\n', ['y: 2'], 'end', { path: ['a'] })).toBe('a: {x: 1, y: 2,}\n')
    expect(insert('a: {}\n', ['y: 2', 'z: 3'], 'end', { path: ['a'] })).toBe('a: { y: 2, z: 3 }\n')
    expect(insert('a: { x: 1 }\n', ['y:', '  z: 1'], 'end', { path: ['a'] })).toBeUndefined()
  })

  it('goes behind a last value that is empty, or an alias', () => {
    expect(insert('a: 1\non:\n', ['c: 1'])).toBe('a: 1\non:\nc: 1\n')
    expect(insert('a: &a\n  x: 1\nb: *a # same\n', ['c: 1'])).toBe(
      'a: &a\n  x: 1\nb: *a # same\nc: 1\n',
    )
  })

  it('leaves a map that has the key, or no keys, or not the neighbour', () => {
    expect(insert('a: 1\n', ['a: 2'])).toBeUndefined()
    expect(insert('a: 1\n', ['b: 2'], { before: 'c' })).toBeUndefined()
    expect(insert('a:\nb: 1\n', ['c: 2'], 'end', { path: ['a'] })).toBeUndefined()
  })

  it('leaves a text that keeps the blank lines which would be parted from it', () => {
    expect(insert('a: |+\n  x\n\nb: 1\n', ['c: 1'], { after: 'a' })).toBeUndefined()
  })
})

describe('emptied', () => {
  const empty = (text: string, ...path: string[]) =>
    after(text, emptied({ file: FILE, text }, mapAt(text, { path })))

  it('leaves the key alone', () => {
    expect(empty('a:\n  b:\n    c: 1\n\nd: 1\n', 'a')).toBe('a:\n\nd: 1\n')
    expect(empty('a: # why\n  b: |\n    x\n', 'a')).toBe('a: # why\n')
  })

  it('is not for braces, nor for what stands behind a dash', () => {
    expect(empty('a: { b: 1 }\n', 'a')).toBeUndefined()
    const text = '- b: 1\n'
    const [item] = itemsOf(parse(text))
    expect(item && emptied({ file: FILE, text }, item)).toBeUndefined()
  })
})
