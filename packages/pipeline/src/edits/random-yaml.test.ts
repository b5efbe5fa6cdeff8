import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from './edits.test.util.ts'
import { randomYaml } from './random-yaml.test.util.ts'

describe('randomYaml', () => {
  it('writes files that can be read', () => {
    fc.assert(
      fc.property(randomYaml({ aliases: true, merges: true }), (text) => {
        expect(() => parse(text, 'gitlab')).not.toThrow()
      }),
      { numRuns: 3000 },
    )
  })
})
