import { describe, expect, it } from 'vitest'
import { plainCheckpoint } from './checkpoints.ts'

const note = 'rekor.sigstore.dev - 1\n5\nAAAA\n\n'
const line = '\u2014 rekor.sigstore.dev wNI9ajBFAiEA\n'

describe('plainCheckpoint', () => {
  it('keeps what is signed, and the signatures of logs', () => {
    expect(plainCheckpoint(note + line + line)).toBe(note + line + line)
  })

  it.each([
    ['a pattern', '\u2014 (.*)* wNI9ajBFAiEA\n'],
    ['a name with a plus', '\u2014 .+.+.+.+ wNI9ajBFAiEA\n'],
    ['a name without end', `\u2014 ${'a'.repeat(300)} wNI9ajBFAiEA\n`],
    ['something else', 'hello\n'],
  ])('drops %s', (_, foreign) => {
    expect(plainCheckpoint(note + foreign + line)).toBe(note + line)
  })

  it('is empty for what is no checkpoint', () => {
    expect(plainCheckpoint('rekor.sigstore.dev')).toBe('')
  })
})
