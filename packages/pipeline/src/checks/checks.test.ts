import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../edits/edit.ts'
import { readReleases } from '../read.ts'
import type { Online, OnlinePackage, Release } from '../release.ts'
import type { Finding } from './check.ts'
import { CHECKS } from './index.ts'
import { examine } from './run.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/checks/', import.meta.url))

async function findingsIn(
  fixture: string,
  overlay: ReadonlyMap<string, string> = new Map(),
): Promise<readonly Finding[]> {
  const folder = join(FIXTURES, fixture)
  const releases = await readReleases(folder, overlay)
  return releases.flatMap((release) => examine({ ...release, ...besides(folder) }).findings)
}

/** What a folder cannot hold by itself: the answers of registries, and the tags of git. */
function besides(folder: string): Pick<Release, 'online'> & Partial<Pick<Release, 'tags'>> {
  const [online, tags] = ['online.json', 'tags.json'].map((name) => join(folder, name))
  return {
    ...(online !== undefined && existsSync(online) && { online: answersIn(online) }),
    ...(tags !== undefined && existsSync(tags) && { tags: JSON.parse(readFileSync(tags, 'utf8')) }),
  }
}

function answersIn(file: string): Online {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, OnlinePackage>
  }
  return { packages: new Map(Object.entries(packages)) }
}

describe.each(CHECKS)('the check $id', ({ id, severity }) => {
  it('reports what its failing fixture does wrong, at a place in it', async () => {
    const found = (await findingsIn(`${id}/failing`)).filter(({ check }) => check === id)
    expect(found.map((one) => one.severity)).toContain(severity)
    for (const { place, message, fix } of found) {
      expect(existsSync(join(FIXTURES, id, 'failing', place.file))).toBe(true)
      expect(message).toMatch(/[.!"`]$/)
      expect(fix).toMatch(/[.)`]$/)
    }
  })

  it('mends with its edits what it has found', async () => {
    const found = (await findingsIn(`${id}/failing`)).filter(({ check }) => check === id)
    const edits = found.flatMap((one) => one.edits ?? [])
    const files = [...new Set(edits.map(({ file }) => file))]
    const mended = files.map((file): [string, string] => {
      const text = readFileSync(join(FIXTURES, id, 'failing', file), 'utf8')
      const own = edits.filter((edit) => edit.file === file)
      return [file, applyEdits(text, own)]
    })
    const left = await findingsIn(`${id}/failing`, new Map(mended))
    const unmended = found.filter((one) => one.edits === undefined)
    expect(left.filter(({ check }) => check === id)).toHaveLength(unmended.length)
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

it('has no two checks of one name', () => {
  const ids = CHECKS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
