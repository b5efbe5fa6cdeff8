import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../json-patch.ts'
import { yamlText } from './yaml-text.ts'

const VERSIONS = ['1.1', '1.2'] as const

/** Texts that mean something in YAML, and any others. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-+.\d:eExo_nyYNtfTF~=<>|&*!%@`'"#?,[\]{} \t\n]{0,12}$/),
  fc.constantFrom('on', 'Yes', 'y', 'NO', 'null', '~', '1.10', '012', '0o7', '0x1F', '1e3', '1:30'),
  fc.constantFrom(
    '2026-11-25',
    '=',
    '<<',
    '.inf',
    '-',
    '- a',
    'a: b',
    'a #b',
    'a:',
    ' a',
    'a ',
    '',
  ),
  fc.constantFrom(
    'a\nb',
    'a\nb\n',
    'a\n\n',
    '\na',
    ' a\nb',
    'a\n  b',
    'a\n\tb',
    'a\r\nb',
    '---\na',
  ),
)

const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
  ) as fc.Arbitrary<Json>,
}))

describe('yamlText', () => {
  it.each(VERSIONS)('is read back as what it was, by YAML %s', (version) => {
    fc.assert(
      fc.property(fc.dictionary(text, tree, { maxKeys: 5 }), (document) => {
        const written = yamlText(document as JsonObject)
        expect(parse(written, { version, uniqueKeys: true })).toEqual({ ...document })
      }),
      { numRuns: 1000 },
    )
  })

  it('writes what people would write', () => {
    const step = { name: 'Build it', run: 'npm ci\nnpm test\n', with: { 'node-version': '24.x' } }
    const document = { on: {}, jobs: { a: { steps: [step, 'x'], if: "a == 'b'", deep: [[1, 2]] } } }
    expect(yamlText(document)).toBe(`'on': {}
jobs:
  a:
    steps:
      - name: Build it
        run: |
          npm ci
          npm test
        with:
          node-version: '24.x'
      - x
    if: a == 'b'
    deep:
      - - 1
        - 2
`)
  })
})
