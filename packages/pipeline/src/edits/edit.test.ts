import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agree, applyEdits, type Edit, lineBreak, lineEnd, lineStart } from './edit.ts'

const edit = (start: number, end: number, text: string, file = 'f'): Edit => ({
  file,
  start,
  end,
  text,
})

describe('applyEdits', () => {
  it('makes edits in the order of the text, in whatever order they come', () => {
    expect(applyEdits('abcdef', [edit(4, 5, 'E'), edit(0, 1, ''), edit(2, 2, '+')])).toBe('b+cdEf')
  })

  it('counts the same edit twice as one', () => {
    expect(applyEdits('abc', [edit(1, 1, '+'), edit(1, 1, '+'), edit(2, 3, '')])).toBe('a+b')
  })

  it('keeps the order of what is inserted at one place, before what is replaced there', () => {
    expect(applyEdits('ab', [edit(1, 2, 'B'), edit(1, 1, '2'), edit(1, 1, '1')])).toBe('a21B')
  })

  it('refuses two edits of the same text', () => {
    expect(() => applyEdits('abc', [edit(0, 2, ''), edit(1, 3, '')])).toThrow(RangeError)
    expect(() => applyEdits('abc', [edit(0, 2, ''), edit(1, 1, '+')])).toThrow(RangeError)
  })

  it('leaves everything between the edits as it is', () => {
    const parts = fc.array(
      fc.record({ kept: fc.string(), gone: fc.string(), added: fc.string() }),
      { minLength: 1 },
    )
    fc.assert(
      fc.property(parts, fc.string(), fc.nat(), (all, tail, turn) => {
        let [before, after] = ['', '']
        const edits: Edit[] = []
        for (const { kept, gone, added } of all) {
          before += kept
          edits.push(edit(before.length, before.length + gone.length, added))
          before += gone
          after += kept + added
        }
        const isApart = all.every(({ kept, gone }, at) => at === 0 || kept + gone !== '')
        fc.pre(isApart)
        const at = turn % edits.length
        const turned = [...edits.slice(at), ...edits.slice(0, at)]
        // What is inserted where a replaced text ends stays behind it only if something stands between.
        fc.pre(all.every(({ kept }, index) => index === 0 || kept !== ''))
        expect(applyEdits(before + tail, turned)).toBe(after + tail)
        expect(agree(turned)).toBe(true)
      }),
    )
  })
})

describe('agree', () => {
  it('is about each file by itself', () => {
    expect(agree([edit(0, 4, ''), edit(2, 3, 'x', 'g')])).toBe(true)
    expect(agree([edit(0, 4, ''), edit(2, 3, 'x')])).toBe(false)
  })

  it('is what applyEdits goes by', () => {
    const edits = fc.array(
      fc
        .tuple(fc.nat({ max: 9 }), fc.nat({ max: 3 }), fc.constantFrom('', 'x', 'y'))
        .map(([start, length, text]) => edit(start, start + length, text)),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(edits, (all) => {
        const apply = (): string => applyEdits('0123456789abc', all)
        if (agree(all)) expect(apply).not.toThrow()
        else expect(apply).toThrow(RangeError)
      }),
    )
  })
})

describe('lines', () => {
  it('begin behind a line break and end behind the next', () => {
    const text = 'ab\r\ncd\n\nef'
    expect([0, 2, 3, 4, 7, 9].map((at) => lineStart(text, at))).toEqual([0, 0, 0, 4, 7, 8])
    expect([0, 2, 3, 4, 7, 9].map((at) => lineEnd(text, at))).toEqual([4, 4, 4, 7, 8, 10])
    expect(lineStart('\nx', 0)).toBe(0)
  })

  it('break as the first line of the text does', () => {
    expect(lineBreak('a\r\nb')).toBe('\r\n')
    expect(lineBreak('a\nb')).toBe('\n')
    expect(lineBreak('a')).toBe('\n')
  })
})
