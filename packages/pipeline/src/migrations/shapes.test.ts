import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RECORD_FILE } from '@trustpub/identity'
import { describe, expect, it } from 'vitest'
import { examine } from '../checks/run.ts'
import { readReleases } from '../read.ts'
import type { Migration } from './migration.ts'
import { planMigration } from './plan.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** Every repository to be migrated, and whether its release is made hard to misuse as well. */
const CASES = [
  { kind: 'shapes', harden: false },
  { kind: 'hardened', harden: true },
].flatMap(({ kind, harden }) =>
  readdirSync(join(FIXTURES, kind))
    .toSorted()
    .map((shape) => ({ shape: `${kind}/${shape}`, harden })),
)

/** Path → text of every file in a folder. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  return new Map(
    paths
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

/** A copy of a folder after the migration. */
async function migrated(
  folder: string,
  harden: boolean,
): Promise<{ migration: Migration; directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'trustpub-shape-'))
  cpSync(folder, directory, { recursive: true })
  const migration = await planMigration(directory, { harden })
  for (const { file, after } of migration.files) {
    if (after === undefined) rmSync(join(directory, file))
    else writeFileSync(join(directory, file), after)
  }
  return { migration, directory }
}

describe.each(CASES)('the repository $shape', ({ shape, harden }) => {
  const before = join(FIXTURES, shape, 'before')
  const after = join(FIXTURES, shape, 'after')

  it('becomes what stands beside it', async () => {
    const { directory } = await migrated(before, harden)
    if (process.env.UPDATE_SHAPES !== undefined) {
      rmSync(after, { recursive: true, force: true })
      cpSync(directory, after, { recursive: true })
    }
    expect(filesIn(directory)).toEqual(filesIn(after))
    rmSync(directory, { recursive: true })
  })

  it('stays as it is the second time', async () => {
    const { migration, directory } = await migrated(after, harden)
    expect(migration.changes).toEqual([])
    expect(migration.files.filter(({ file }) => file !== RECORD_FILE)).toEqual([])
    rmSync(directory, { recursive: true })
  })

  it('has no error for doctor afterwards', async () => {
    const releases = await readReleases(after)
    const findings = releases.flatMap((release) => examine(release).findings)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
