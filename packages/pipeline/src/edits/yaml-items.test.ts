import { describe, expect, it } from 'vitest'
import { child, itemsOf } from '../yaml/tree.ts'
import { after, FILE, parse } from './edits.test.util.ts'
import { insertItem, removeItem } from './yaml-items.ts'

function insert(text: string, lines: string[], before?: number, key = 'a'): string | undefined {
  const list = child(parse(text, 'gitlab'), key) ?? parse(text)
  const neighbour = before === undefined ? undefined : itemsOf(list)[before]
  return after(text, insertItem({ file: FILE, text }, list, lines, neighbour))
}

function remove(text: string, at: number, key = 'a'): string | undefined {
  const list = child(parse(text, 'gitlab'), key) ?? parse(text)
  const item = itemsOf(list)[at]
  return item && after(text, removeItem({ file: FILE, text }, list, item))
}

const steps =
  'a:\n  # first\n  - run: x\n    env: { A: 1 }\n\n  # second\n  - run: y\n# end\nb: 1\n'

const close = steps.replace('\n\n', '\n')

describe('insertItem', () => {
  it('keeps items apart where blank lines do', () => {
    expect(insert(steps, ['- z'], 1)).toBe(steps.replace('  # second', '  - z\n\n  # second'))
    expect(insert(steps, ['- z'])).toBe(steps.replace('run: y\n', 'run: y\n\n  - z\n'))
    expect(insert('a:\n  - x\n\n  - y\n  - z\n', ['- w'])).toBe(
      'a:\n  - x\n\n  - y\n  - z\n  - w\n',
    )
  })

  it('goes above the comments of the item before which it is put', () => {
    expect(insert(close, ['- uses: z', '  with:', '    k: 1'], 1)).toBe(
      close.replace('  # second', '  - uses: z\n    with:\n      k: 1\n  # second'),
    )
    expect(insert(close, ['- z'], 0)).toBe(close.replace('  # first', '  - z\n  # first'))
  })

  it('goes behind the last item without another', () => {
    expect(insert(close, ['- z'])).toBe(close.replace('run: y\n', 'run: y\n  - z\n'))
    expect(insert('a:\n- x', ['- y'])).toBe('a:\n- x\n- y')
    expect(insert('a:\r\n- |\r\n  x\r\nb: 1\r\n', ['- y'])).toBe(
      'a:\r\n- |\r\n  x\r\n- y\r\nb: 1\r\n',
    )
  })

  it('goes beside items that are anchored or aliases', () => {
    const text = 'a:\n  - &s\n    run: x\n  - *s\n  - &t y\n'
    expect(insert(text, ['- z'], 1)).toBe(text.replace('  - *s', '  - z\n  - *s'))
    expect(insert(text, ['- z'], 2)).toBe(text.replace('  - &t', '  - z\n  - &t'))
  })

  it('leaves a list in brackets, and one that has no items', () => {
    expect(insert('a: [x]\n', ['- y'])).toBeUndefined()
    expect(insert('a: []\n', ['- y'])).toBeUndefined()
  })

  it('leaves a list whose first item shares its line with an outer dash', () => {
    const text = 'a:\n  - - x\n    - y\n'
    const [inner] = itemsOf(child(parse(text), 'a'))
    const [first, second] = itemsOf(inner)
    const source = { file: FILE, text }
    expect(inner && insertItem(source, inner, ['- z'], first)).toBeUndefined()
    expect(after(text, inner && insertItem(source, inner, ['- z'], second))).toBe(
      'a:\n  - - x\n    - z\n    - y\n',
    )
  })
})

describe('removeItem', () => {
  it('takes an item with the comments directly over it', () => {
    expect(remove(steps, 1)).toBe(steps.replace('  # second\n  - run: y\n', ''))
    expect(remove(steps, 0)).toBe(steps.replace(/ {2}# first[\s\S]*\{ A: 1 \}\n/, ''))
  })

  it('keeps the comment of another item, and of what is around', () => {
    const text = 'a:\n# of the list\n  - x\n\n  # apart\n\n  - y # why\n  - z\n'
    expect(remove(text, 1)).toBe('a:\n# of the list\n  - x\n\n  # apart\n\n  - z\n')
  })

  it('takes blocks, quoted texts, references and aliases', () => {
    const text =
      'a:\n  - |\n    x\n\n    y\n  - "q # q"\n  - !reference [.b, c]\n  - &n k: v\n  - &m 1\n  - *m\n  - z\n'
    expect(remove(text, 0)).toBe(text.replace('  - |\n    x\n\n    y\n', ''))
    expect(remove(text, 1)).toBe(text.replace('  - "q # q"\n', ''))
    expect(remove(text, 2)).toBe(text.replace('  - !reference [.b, c]\n', ''))
    expect(remove(text, 4)).toBeUndefined()
    expect(remove(text, 5)).toBe(text.replace('  - *m\n', ''))
  })

  it('takes an item with a tab behind the dash', () => {
    expect(remove('a:\n  -\tx\n  - y\n', 0)).toBe('a:\n  - y\n')
  })

  it('takes an item out of brackets', () => {
    expect(remove('a: [x, "y, z", w]\n', 1)).toBe('a: [x, w]\n')
    expect(remove('a: [x, y ]\n', 1)).toBe('a: [x ]\n')
  })

  it('leaves the only item, and what is not in the list', () => {
    expect(remove('a:\n  - x\n', 0)).toBeUndefined()
    const text = 'a:\n  - x\n  - y\nb:\n  - x\n  - y\n'
    const list = child(parse(text), 'a') ?? parse(text)
    const [other] = itemsOf(child(parse(text), 'b'))
    expect(other && removeItem({ file: FILE, text }, list, other)).toBeUndefined()
  })

  it('finds an item that was read apart from the list', () => {
    const text = 'a:\n  - x\n  - y\n'
    const list = child(parse(text), 'a') ?? parse(text)
    const [, again] = itemsOf(child(parse(text), 'a'))
    expect(after(text, again && removeItem({ file: FILE, text }, list, again))).toBe('a:\n  - x\n')
  })
})
