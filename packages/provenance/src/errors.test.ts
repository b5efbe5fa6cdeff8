import { describe, expect, it } from 'vitest'
import { PROVENANCE_ERRORS } from './errors.ts'

describe.each(Object.entries(PROVENANCE_ERRORS))('%s', (_, { status, sentence }) => {
  it('has a status of an error and whole sentences', () => {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(sentence).toMatch(/^[A-Z{].*[.?]$/)
    expect(sentence).not.toMatch(/\n| {2}/)
  })
})
