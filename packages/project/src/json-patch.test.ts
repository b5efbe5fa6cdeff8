import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, JsonPatch } from './json-patch.ts'

const { add, remove, replace, move, copy, test } = JsonPatch

/** The cases of RFC 6902, appendix A, that end well. */
const APPENDIX_A: readonly (readonly [string, Json, readonly JsonPatch[], Json])[] = [
  ['A.1', { foo: 'bar' }, [add('/baz', 'qux')], { baz: 'qux', foo: 'bar' }],
  ['A.2', { foo: ['bar', 'baz'] }, [add('/foo/1', 'qux')], { foo: ['bar', 'qux', 'baz'] }],
  ['A.3', { baz: 'qux', foo: 'bar' }, [remove('/baz')], { foo: 'bar' }],
  ['A.4', { foo: ['bar', 'qux', 'baz'] }, [remove('/foo/1')], { foo: ['bar', 'baz'] }],
  ['A.5', { baz: 'qux', foo: 'bar' }, [replace('/baz', 'boo')], { baz: 'boo', foo: 'bar' }],
  [
    'A.6',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [move('/foo/waldo', '/qux/thud')],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [move('/foo/1', '/foo/3')],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [test('/baz', 'qux'), test('/foo/1', 2)],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'A.10',
    { foo: 'bar' },
    [add('/child', { grandchild: {} })],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  ['A.14', { '/': 9, '~1': 10 }, [test('/~01', 10)], { '/': 9, '~1': 10 }],
  ['A.16', { foo: ['bar'] }, [add('/foo/-', ['abc', 'def'])], { foo: ['bar', ['abc', 'def']] }],
]

/** Those that end in an error. A.11 and A.13 are about members of operations that cannot be said here. */
const REFUSED: readonly (readonly [string, Json, JsonPatch])[] = [
  ['A.9', { baz: 'qux' }, test('/baz', 'bar')],
  ['A.12', { foo: 'bar' }, add('/baz/bat', 'qux')],
  ['A.15', { '/': 9, '~1': 10 }, test('/~01', '10')],
]

const name = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom('__proto__', 'constructor', 'a/b', '~', '~1', '', '-', '0', '#id'),
)
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(name, tie('json'), { maxKeys: 4 }),
  ) as fc.Arbitrary<Json>,
}))
const document = fc.dictionary(name, json, { minKeys: 1, maxKeys: 4 })

/** All pointers into a document. */
function pointersOf(value: Json, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at]
  const members = Object.entries(value).flatMap(([key, member]) =>
    pointersOf(member, `${at}/${JsonPatch.escapePath(key)}`),
  )
  return [at, ...members]
}

/** A document, and a pointer to something below its root. */
const place = document.chain((value) =>
  fc.tuple(fc.constant(value), fc.constantFrom(...pointersOf(value).slice(1))),
)

function valueAt(value: Json, pointer: string): Json {
  const keys = pointer.split('/').slice(1)
  const names = keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.reduce((inside, key) => (inside as Record<string, Json>)[key] as Json, value)
}

describe('JsonPatch', () => {
  it.each(APPENDIX_A)('does as RFC 6902 has it in %s', (_, before, patches, after) => {
    expect(JsonPatch.apply(before, ...patches)).toEqual(after)
  })

  it.each(REFUSED)('refuses as RFC 6902 has it in %s', (_, before, patch) => {
    expect(() => JsonPatch.apply(before, patch)).toThrow(
      expect.objectContaining({ code: 'patch_failed' }),
    )
  })

  const workflow = {
    jobs: { build: { steps: [{ id: 'checkout' }, { run: 'x' }, { id: 'test', env: {} }] } },
    name: 'release',
  }
  it.each([
    [
      remove('/jobs/deploy'),
      'The patch remove /jobs/deploy does not fit the document: /jobs/deploy is not there: /jobs has no deploy, it has build.',
    ],
    [
      replace('/jobs/build/name', 'x'),
      'The patch replace /jobs/build/name does not fit the document: /jobs/build/name is not there: /jobs/build has no name, it has steps.',
    ],
    [
      add('/jobs/deploy/steps/0', {}),
      'The patch add /jobs/deploy/steps/0 does not fit the document: /jobs/deploy/steps/0 is not there: /jobs has no deploy, it has build.',
    ],
    [
      replace('/jobs/build/steps/3/run', 'x'),
      'The patch replace /jobs/build/steps/3/run does not fit the document: /jobs/build/steps/3/run is not there: /jobs/build/steps/3 has no 3, it has the elements 0: #checkout, 1, 2: #test.',
    ],
    [
      remove('/nothing'),
      'The patch remove /nothing does not fit the document: /nothing is not there: the document has no nothing, it has jobs, name.',
    ],
    [
      add('/name/x', 1),
      'The patch add /name/x does not fit the document: /name/x leads into "release" at /name, which has no members.',
    ],
    [
      test('/name', 'build'),
      'The patch test /name does not fit the document: at /name is "release", not "build".',
    ],
    [
      copy('/jobs/build/steps/#lint', '/x'),
      'The patch copy /x does not fit the document: /jobs/build/steps/#lint is not there: /jobs/build/steps has no #lint, it has the elements 0: #checkout, 1, 2: #test.',
    ],
  ])('says which path is missing and what is there: %#', (patch, sentence) => {
    expect(() => JsonPatch.apply(workflow, patch)).toThrow(sentence)
  })

  it.each(['-1', '01', '1.0', '1e0', '+1', ' 1', '3', '4', ''])(
    'refuses %j in place of an element of three',
    (index) => {
      expect(() => JsonPatch.apply([1, 2, 3], replace(`/${index}`, 0))).toThrow(
        expect.objectContaining({ code: 'patch_failed' }),
      )
    },
  )

  it('inserts behind the last element by its index, and no further', () => {
    expect(JsonPatch.apply([1], add('/1', 2))).toEqual([1, 2])
    expect(() => JsonPatch.apply([1], add('/2', 2))).toThrow('has no 2')
  })

  it('takes - for the end of a list only where something is added', () => {
    expect(() => JsonPatch.apply([1], remove('/-'))).toThrow('has no -')
    expect(() => JsonPatch.apply([1], test('/-', 1))).toThrow('has no -')
  })

  it.each(['x', '/a~', '/a~2b', 'a/b'])('refuses %j, which is no pointer', (pointer) => {
    expect(() => JsonPatch.apply({}, add(pointer, 1))).toThrow(
      expect.objectContaining({ code: 'pointer_invalid' }),
    )
  })

  it('finds an element by its id, and inserts before it', () => {
    const steps = [{ id: 'checkout' }, { id: 'test', env: { A: '1' } }]
    expect(
      JsonPatch.apply(
        steps,
        replace('/#test/env/A', '2'),
        add('/#test', { id: 'install' }),
        remove('/#checkout'),
      ),
    ).toEqual([{ id: 'install' }, { id: 'test', env: { A: '2' } }])
  })

  it('takes # for a name like any other where there is no list', () => {
    expect(JsonPatch.apply({ '#a': 1 }, replace('/#a', 2))).toEqual({ '#a': 2 })
  })

  it('refuses to move something into itself', () => {
    expect(() => JsonPatch.apply({ a: { b: 1 } }, move('/a', '/a/b'))).toThrow('into itself')
    expect(JsonPatch.apply({ a: 1, ab: {} }, move('/a', '/ab/a'))).toEqual({ ab: { a: 1 } })
  })

  it('replaces the whole document by the empty pointer', () => {
    expect(JsonPatch.apply({ a: 1 }, replace('', [1]), test('', [1]))).toEqual([1])
  })

  it('compares without regard to the order of members, but to that of elements', () => {
    expect(() => JsonPatch.apply({ x: { a: 1, b: 2 } }, test('/x', { b: 2, a: 1 }))).not.toThrow()
    expect(() => JsonPatch.apply({ x: [1, 2] }, test('/x', [2, 1]))).toThrow('not [2,1]')
    expect(() => JsonPatch.apply({ x: {} }, test('/x', { toString: null }))).toThrow('not')
  })

  it('applies all patches or none', () => {
    const before = { a: [1] }
    const group = [add('/a/-', 2), remove('/missing')]
    expect(() => JsonPatch.apply(before, ...group)).toThrow('has no missing')
    expect(before).toEqual({ a: [1] })
  })

  it('sees what the patches before it did', () => {
    expect(JsonPatch.apply({}, add('/a', {}), add('/a/b', 1), move('/a/b', '/c'))).toEqual({
      a: {},
      c: 1,
    })
  })

  it('adds __proto__ as a member, and pollutes nothing', () => {
    const polluted = JsonPatch.apply({}, add('/__proto__', { evil: 1 })) as object
    expect(Object.keys(polluted)).toEqual(['__proto__'])
    expect(() => JsonPatch.apply({}, add('/__proto__/evil', 1))).toThrow('has no __proto__')
    expect(() => JsonPatch.apply({}, add('/constructor/prototype/evil', 1))).toThrow(
      'has no constructor',
    )
    expect(({} as { evil?: unknown }).evil).toBeUndefined()
  })

  it('keeps no hold of the values that it was given', () => {
    const value = { list: [1] }
    const patch = add('/a', value)
    value.list.push(2)
    const once = JsonPatch.apply({}, patch) as { a: { list: number[] } }
    once.a.list.push(3)
    expect(JsonPatch.apply({}, patch)).toEqual({ a: { list: [1] } })
  })

  it('never changes the document that it is given', () => {
    const patchesAt = (at: string): JsonPatch[] => [
      add(at, 1),
      remove(at),
      replace(at, 1),
      copy(at, '/copied'),
      move(at, '/moved'),
      add('/added', {}),
    ]
    fc.assert(
      fc.property(place, ([before, at]) => {
        const text = JSON.stringify(before)
        for (const patch of patchesAt(at)) {
          const after = JsonPatch.apply(before, patch) as Record<string, unknown>
          after.touched = true
        }
        expect(JSON.stringify(before)).toBe(text)
      }),
    )
  })

  it('reads with test what is there, at any pointer', () => {
    fc.assert(
      fc.property(place, ([before, at]) => {
        expect(JsonPatch.apply(before, test(at, valueAt(before, at)))).toEqual(before)
      }),
    )
  })

  it('has with remove what it had before add', () => {
    fc.assert(
      fc.property(document, name, json, (before, key, value) => {
        fc.pre(!Object.hasOwn(before, key))
        const at = `/${JsonPatch.escapePath(key)}`
        const added = JsonPatch.apply(before, add(at, value), test(at, value))
        expect(JsonPatch.apply(added, remove(at))).toEqual(before)
      }),
    )
  })

  it('has with add what it had before remove', () => {
    fc.assert(
      fc.property(place, ([before, at]) => {
        const value = valueAt(before, at)
        const removed = JsonPatch.apply(before, remove(at))
        expect(JsonPatch.apply(removed, add(at, value))).toEqual(before)
      }),
    )
  })
})
