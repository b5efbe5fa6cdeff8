import { readReleases } from '../read.ts'
import type { Release } from '../release.ts'
import { failing } from './failing.ts'
import { foreign } from './foreign.ts'
import { HARDENING } from './hardening/index.ts'
import { type ChangedFile, type Migration, onceEach } from './migration.ts'
import { recordFile } from './record-file.ts'
import { REWRITES } from './rewrites/index.ts'
import { rewritten } from './rounds.ts'
import { secretsGone } from './secrets-left.ts'
import { trustedPublishers, unnamed, unrecorded } from './trusted-publishers.ts'
import { unproved } from './unproved.ts'

export interface MigrationOptions {
  /** Whether to make the release hard to misuse as well, which changes more than trusted publishing needs. */
  readonly harden: boolean
}

/**
 * Plans the way of a repository to trusted publishing. Nothing is written.
 * @throws PipelineError as `readReleases`
 */
export async function planMigration(
  directory: string,
  { harden }: MigrationOptions,
): Promise<Migration> {
  const before = await readReleases(directory)
  const rewrites = harden ? [...REWRITES, ...HARDENING] : REWRITES
  const { releases, changes, left, texts } = await rewritten(directory, before, rewrites)
  const told = [
    ...left,
    ...before.flatMap(unproved),
    ...releases.flatMap(unrecorded),
    ...(changes.length === 0 ? [] : releases.flatMap(unnamed)),
    ...releases.flatMap(foreign),
  ]
  const publishers = releases.flatMap((release) => trustedPublishers(release, before))
  const secrets = secretsGone(before, releases)
  const files = changedFiles(texts, before)
  const record = recordFile(publishers, before, harden)
  return {
    files: record === undefined ? files : [...files, record],
    changes,
    left: onceEach([
      ...told,
      ...releases.flatMap((release) => failing(release, told)),
      ...secrets.left,
    ]),
    publishers,
    secrets: secrets.unused,
  }
}

function changedFiles(
  texts: ReadonlyMap<string, string>,
  [release]: readonly Release[],
): readonly ChangedFile[] {
  return [...texts]
    .map(([file, after]): ChangedFile => {
      const before = release?.source(file)?.text
      return { file, before, after: after.trim() === '' ? undefined : after }
    })
    .filter(({ before, after }) => before !== after)
    .toSorted((a, b) => a.file.localeCompare(b.file))
}
