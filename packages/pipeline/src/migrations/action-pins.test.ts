import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ACTION_PINS } from './action-pins.ts'

/** The two packages know nothing of each other, so the other table is read as text. */
async function pinsOfDefinitions(): Promise<[string, { sha: string; version: string }][]> {
  const source = new URL('../../../project/src/github/actions.ts', import.meta.url)
  const lines = (await readFile(source, 'utf8')).matchAll(
    /'([\w.-]+\/[\w.-]+)': \{\s*sha: '([0-9a-f]{40})',\s*version: '(v[\d.]+)',?\s*\}/g,
  )
  return [...lines].map(([, name = '', sha = '', version = '']) => [name, { sha, version }])
}

describe('the actions that are pinned', () => {
  it('are at the same commits in migrations and in definitions', async () => {
    const pins = await pinsOfDefinitions()
    expect(pins.length).toBeGreaterThan(5)
    for (const [name, pin] of pins) expect({ [name]: ACTION_PINS[name] }).toEqual({ [name]: pin })
  })

  it('are at commits, each with the version that it is', () => {
    for (const { sha, version } of Object.values(ACTION_PINS)) {
      expect(sha).toMatch(/^[0-9a-f]{40}$/)
      expect(version).toMatch(/^v\d+\.\d+\.\d+$/)
    }
  })
})
