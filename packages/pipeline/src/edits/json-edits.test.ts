import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from './edit.ts'
import { jsonTextAt, setJsonMember } from './json-edits.ts'

const set = (text: string, path: string[], name: string, value: unknown, after: string[] = []) => {
  const edit = setJsonMember({ file: 'package.json', text }, path, name, value, after)
  return edit && applyEdits(text, [edit])
}

describe('setJsonMember', () => {
  it('adds a member behind another, indented as the rest', () => {
    const text = '{\n  "name": "a",\n  "version": "1.0.0",\n  "files": []\n}\n'
    expect(set(text, [], 'repository', { type: 'git', url: 'u' }, ['license', 'version'])).toBe(
      '{\n  "name": "a",\n  "version": "1.0.0",\n  "repository": {\n    "type": "git",\n    "url": "u"\n  },\n  "files": []\n}\n',
    )
  })

  it('changes a value and nothing else', () => {
    const text = '{ "a": {"b":  "1" , "c": [1, {"b": 2}]} }'
    expect(set(text, ['a'], 'b', '2')).toBe('{ "a": {"b":  "2" , "c": [1, {"b": 2}]} }')
  })

  it('keeps tabs and carriage returns', () => {
    expect(set('{\r\n\t"a": 1\r\n}\r\n', [], 'b', { c: 1 })).toBe(
      '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 1\r\n\t}\r\n}\r\n',
    )
  })

  it.each(['', '[]', '{', '{"a": 1,}', '// no\n{}'])('leaves %j alone', (text) => {
    expect(set(text, [], 'b', 1)).toBeUndefined()
  })

  it('yields what was asked for, and keeps every other byte', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue())
    const spaces = fc.constantFrom(undefined, 1, 2, 4, '\t')
    fc.assert(
      fc.property(json, spaces, fc.string(), fc.jsonValue(), (object, space, name, value) => {
        if (name === '__proto__' || Object.hasOwn(object, '__proto__')) return
        const text = JSON.stringify(object, null, space)
        const edit = setJsonMember({ file: 'f', text }, [], name, value)
        if (edit === undefined) throw new Error('no edit')
        const after = applyEdits(text, [edit])
        expect(JSON.parse(after)).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: value })))
        expect(after.startsWith(text.slice(0, edit.start))).toBe(true)
        expect(after.endsWith(text.slice(edit.end))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('jsonTextAt', () => {
  it('finds a text and where it stands', () => {
    const text = '{"devDependencies": {"a": "^1", "b": 2}}'
    const source = { file: 'f', text }
    const found = jsonTextAt(source, ['devDependencies'], 'a')
    expect(found?.value).toBe('^1')
    expect(text.slice(found?.start, found?.end)).toBe('"^1"')
    expect(jsonTextAt(source, ['devDependencies'], 'b')).toBeUndefined()
    expect(jsonTextAt(source, ['nothing'], 'a')).toBeUndefined()
  })
})
