import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readReleases } from '../read.ts'
import type { Finding } from './check.ts'
import { CHECKS } from './index.ts'
import { examine } from './run.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/checks/', import.meta.url))

async function findingsIn(fixture: string): Promise<readonly Finding[]> {
  const releases = await readReleases(`${FIXTURES}${fixture}`)
  return releases.flatMap((release) => examine(release).findings)
}

describe.each(CHECKS)('the check $id', ({ id, severity }) => {
  it('reports what its failing fixture does wrong, at a place in it', async () => {
    const found = (await findingsIn(`${id}/failing`)).filter(({ check }) => check === id)
    expect(found.length).toBeGreaterThan(0)
    expect(found.map((one) => one.severity)).toContain(severity)
    for (const { place, message, fix } of found) {
      expect(place.file).not.toBe('')
      expect(message).toMatch(/[.!"`]$/)
      expect(fix).toMatch(/[.)`]$/)
    }
  })

  it('passes over its passing fixture, in which nothing else is an error', async () => {
    const found = await findingsIn(`${id}/passing`)
    expect(found.filter((one) => one.check === id)).toEqual([])
    expect(found.filter((one) => one.severity === 'error')).toEqual([])
  })
})

it('has no fixture without a check', () => {
  const ids = CHECKS.map(({ id }) => id)
  expect(readdirSync(FIXTURES).filter((name) => !ids.includes(name))).toEqual([])
})
