import fc from 'fast-check'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { type Json, JsonPatch } from '../json-patch.ts'
import { bareProject } from '../testing.ts'
import { JsonFile } from './json-file.ts'
import type { ObjectFile } from './object-file.ts'
import { TomlFile } from './toml-file.ts'
import { YamlFile } from './yaml-file.ts'

function jsonFile(obj: unknown, options: object = {}): JsonFile {
  return new JsonFile(bareProject(), 'x.json', { obj, marker: false, ...options })
}

function read(file: ObjectFile): unknown {
  return JSON.parse(file.content() ?? '')
}

describe('addOverride', () => {
  it.each([
    ['a', 1, { a: 1, list: [{ id: 1 }, 2], deep: { text: 'x' } }],
    ['deep.text', 'y', { list: [{ id: 1 }, 2], deep: { text: 'y' } }],
    ['new.way.down', 1, { list: [{ id: 1 }, 2], deep: { text: 'x' }, new: { way: { down: 1 } } }],
    ['a\\.b.c', 1, { list: [{ id: 1 }, 2], deep: { text: 'x' }, 'a.b': { c: 1 } }],
    ['list.0.id', 2, { list: [{ id: 2 }, 2], deep: { text: 'x' } }],
    ['list.1', 3, { list: [{ id: 1 }, 3], deep: { text: 'x' } }],
    ['list.9', 3, { list: [{ id: 1 }, 2, 3], deep: { text: 'x' } }],
    ['deep.text.in', 1, { list: [{ id: 1 }, 2], deep: { text: { in: 1 } } }],
    ['deep', undefined, { list: [{ id: 1 }, 2] }],
  ])('sets %s to %j', (path, value, expected) => {
    const file = jsonFile({ list: [{ id: 1 }, 2], deep: { text: 'x' } })
    file.addOverride(path, value)
    expect(read(file)).toEqual(expected)
  })

  it('refuses a name in a list, which would have to be thrown away', () => {
    const file = jsonFile({ jobs: { build: { steps: [{ id: 'a' }] } } })
    file.addOverride('jobs.build.steps.a.run', 'x')
    expect(() => file.content()).toThrow(
      'The patch addOverride jobs.build.steps.a.run does not fit x.json: a leads into a list, whose elements have numbers from 0 on.',
    )
  })

  it('does not change the object that it was given', () => {
    const obj = { a: { b: [1] } }
    const file = jsonFile(obj)
    file.addOverride('a.b.0', 2)
    file.addToArray('a.b', 3)
    file.addDeletionOverride('a.c')
    expect(read(file)).toEqual({ a: { b: [2, 3] } })
    expect(obj).toEqual({ a: { b: [1] } })
  })

  it('reads back what it set, at any path without list', () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z.@/ -]{1,6}$/),
      fc.constantFrom('__proto__', 'toString', '0'),
    )
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.jsonValue(),
        (parts, value) => {
          const file = jsonFile({ kept: true })
          file.addOverride(parts.map((one) => one.replaceAll('.', '\\.')).join('.'), value)
          const found = parts.reduce((at, key) => {
            expect(Object.keys(at as object)).toContain(key)
            return Object.getOwnPropertyDescriptor(at as object, key)?.value
          }, read(file))
          expect(JSON.stringify(found)).toBe(JSON.stringify(value))
          expect(({} as { kept?: unknown }).kept).toBeUndefined()
        },
      ),
    )
  })
})

describe('addDeletionOverride', () => {
  it.each([
    ['a', { list: [1, 2] }],
    ['list.0', { a: { b: 1 }, list: [2] }],
    ['a.b', { a: {}, list: [1, 2] }],
  ])('takes %s out', (path, expected) => {
    const file = jsonFile({ a: { b: 1 }, list: [1, 2] })
    file.addDeletionOverride(path)
    expect(read(file)).toEqual(expected)
  })

  it.each([
    'x',
    'x.y.z',
    'a.c',
    'a.b.c',
    'list.7',
    'list.name',
    'list.0.x',
    'toString',
    '__proto__.x',
  ])('changes nothing where there is no %s', (path) => {
    const file = jsonFile({ a: { b: 1 }, list: [1, 2] })
    file.addDeletionOverride(path)
    expect(read(file)).toEqual({ a: { b: 1 }, list: [1, 2] })
  })
})

describe('addToArray', () => {
  it('adds to the end, and makes a list that is missing', () => {
    const file = jsonFile({ on: ['push'] })
    file.addToArray('on', 'a', 'b')
    file.addToArray('new.list', { c: undefined, d: 1 })
    file.addToArray('on', 'c')
    expect(read(file)).toEqual({ on: ['push', 'a', 'b', 'c'], new: { list: [{ d: 1 }] } })
  })
})

describe('patch', () => {
  it('comes after all overrides, whatever the order of the calls', () => {
    const file = jsonFile({ a: 1 })
    file.patch(JsonPatch.test('/a', 2), JsonPatch.replace('/a', 3))
    file.addOverride('a', 2)
    expect(read(file)).toEqual({ a: 3 })
  })

  it('names the file, the path and what is there instead', () => {
    const file = jsonFile({ a: 1 })
    file.patch(JsonPatch.remove('/b'))
    expect(() => file.content()).toThrow(
      expect.objectContaining({
        code: 'patch_failed',
        message:
          'The patch remove /b does not fit x.json: /b is not there: the document has no b, it has a.',
      }),
    )
  })

  it('may replace the whole file, but only by an object', () => {
    const file = jsonFile({ a: 1 })
    file.patch(JsonPatch.replace('', { b: 2 }))
    expect(read(file)).toEqual({ b: 2 })
    file.patch(JsonPatch.replace('', [1]))
    expect(() => file.content()).toThrow('the file must hold an object')
  })
})

describe('obj', () => {
  it('is asked for its content when the file is rendered, and not before', () => {
    let calls = 0
    const later = { list: ['a'] }
    const file = jsonFile(() => {
      calls++
      return { now: () => later.list.length, set: new Set(['x']), map: new Map([['k', 1]]) }
    })
    expect(calls).toBe(0)
    later.list.push('b')
    expect(read(file)).toEqual({ now: 2, set: ['x'], map: { k: 1 } })
  })

  it('leaves out what is undefined, and writes addresses and times as texts', () => {
    const obj = {
      none: undefined,
      list: [undefined, 1],
      at: new Date(0),
      url: new URL('https://acme.example'),
      no: null,
      bad: Number.NaN,
    }
    expect(read(jsonFile(obj))).toEqual({
      list: [1],
      at: '1970-01-01T00:00:00.000Z',
      url: 'https://acme.example/',
      no: null,
      bad: null,
    })
  })

  it('leaves out empty lists and objects only if it is told to', () => {
    const obj = { a: [], b: { c: {} }, d: [{}], e: '', f: 0, g: null }
    expect(read(jsonFile(obj))).toEqual(obj)
    expect(read(jsonFile(obj, { omitEmpty: true }))).toEqual({ d: [{}], e: '', f: 0, g: null })
  })
})

describe('the formats', () => {
  const key = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('on', '__proto__', 'a.b', '"'))
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('on', 'yes', '1.10', '012', 'a\nb\n', "it's", `$\{{ x }}`, '# x', '\t', 'é\\n'),
  )
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
    ) as fc.Arbitrary<Json>,
  }))
  const document = fc.dictionary(key, tree, { maxKeys: 4 })

  it.each([
    ['JSON', JsonFile, (content: string) => JSON.parse(content)],
    ['YAML 1.2', YamlFile, (content: string) => parseYaml(content)],
    ['YAML 1.1', YamlFile, (content: string) => parseYaml(content, { version: '1.1' })],
    ['TOML', TomlFile, (content: string) => parseToml(content)],
  ] as const)('%s is read back as what was described', (_, File, parse) => {
    fc.assert(
      fc.property(document, (obj) => {
        const content = new File(bareProject(), 'x', { obj, marker: false }).content() ?? ''
        expect(sorted(parse(content))).toBe(sorted(obj))
      }),
    )
  })

  it('end with one line break and carry the marker, last in JSON and first elsewhere', () => {
    const project = bareProject()
    const contents = [JsonFile, YamlFile, TomlFile].map((File, index) =>
      new File(project, `${index}`, { obj: { a: 1 } }).content(),
    )
    expect(contents).toEqual([
      `{\n  "a": 1,\n  "//": ${JSON.stringify(project.marker)}\n}\n`,
      `# ${project.marker}\n\na: 1\n`,
      `# ${project.marker}\n\na = 1\n`,
    ])
  })
})

/** TOML has no order between values and tables. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1))
  })
}
