import { isDeepStrictEqual } from 'node:util'
import {
  formatPublisherRecord,
  parsePublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from '@trustpub/identity'
import { KNOWN_HOSTS } from '../checks/unknown-host.ts'
import { agree, applyEdits, type Edit, type SourceFile } from '../edits/edit.ts'
import type { Job } from '../job.ts'
import { environmentOf, neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { readReleases } from '../read.ts'
import { type Release, TRUSTING, type TrustedUpload, uploadsOf } from '../release.ts'
import { failing } from './failing.ts'
import { whyGenerated } from './generated.ts'
import { HARDENING } from './hardening/index.ts'
import {
  type Change,
  type ChangedFile,
  isChange,
  type Left,
  type Migration,
  type Outcome,
  type Rewrite,
} from './migration.ts'
import { whyPutTogether } from './put-together.ts'
import { REWRITES } from './rewrites/index.ts'
import { readyUploads } from './rewrites/ready.ts'
import { secretsGone } from './secrets-left.ts'
import { unproved } from './unproved.ts'

export interface MigrationOptions {
  /** Whether to make the release hard to misuse as well, which changes more than trusted publishing needs. */
  readonly harden: boolean
}

// A rewrite that is never content would go on for ever; none needs more than a round for each job.
const MAX_ROUNDS = 1000

/**
 * Plans the way of a repository to trusted publishing. Nothing is written.
 * @throws PipelineError as `readReleases`
 */
export async function planMigration(
  directory: string,
  { harden }: MigrationOptions,
): Promise<Migration> {
  const rewrites = harden ? [...REWRITES, ...HARDENING] : REWRITES
  const overlay = new Map<string, string>()
  const before = await readReleases(directory)
  const changes: Change[] = []
  let left: Left[] = []
  let releases = before
  let rounds = 0
  for (let isDone = false; !isDone; ) {
    // What a later rewrite changes may be what an earlier one waited for.
    isDone = true
    left = []
    for (const { rewrite, isAfterwards = false } of rewrites) {
      for (;;) {
        const { possible, stays } = sorted(releases, rewrite)
        const chosen = rounds < MAX_ROUNDS ? compatible(possible) : []
        if (chosen.length === 0) {
          if (!isAfterwards || changes.length > 0) left.push(...stays)
          break
        }
        isDone = false
        rounds++
        changes.push(...chosen)
        apply(chosen, overlay, releases)
        releases = await readReleases(directory, overlay)
      }
    }
  }
  left.push(
    ...before.flatMap(unproved),
    ...releases.flatMap(unrecorded),
    ...(changes.length === 0 ? [] : releases.flatMap(unnamed)),
    ...releases.flatMap(foreign),
  )
  left.push(...releases.flatMap((release) => failing(release, left)))
  const known = new Set(before.flatMap(uploadsWithToken).map(({ job }) => jobKey(job)))
  const publishers = releases.flatMap((release) => trustedPublishers(release, known))
  const secrets = secretsGone(before, releases)
  const files = changedFiles(overlay, before)
  const record = recordFile(publishers, before, harden)
  return {
    files: record === undefined ? files : [...files, record],
    changes,
    left: onceEach([...left, ...secrets.left]),
    publishers,
    secrets: secrets.unused,
  }
}

/** The host of a repository whose ID tokens the public registries do not know, if it publishes to one of them. */
function foreignHost(release: Release): string | undefined {
  const { host } = release.pipeline.repository
  const isPublic = uploadsOf(release).some(({ registry }) => TRUSTING.includes(hostOf(registry)))
  return host !== undefined && isPublic && !KNOWN_HOSTS.test(host) ? host : undefined
}

function foreign(release: Release): readonly Left[] {
  const host = foreignHost(release)
  const [upload] = uploadsOf(release)
  if (host === undefined || upload === undefined) return []
  const sentence = `Nothing is changed: the repository is at ${host}, and npmjs.com and PyPI take ID tokens of github.com and gitlab.com only. Publish from a mirror there, or keep the stored token.`
  return [{ place: upload.step.place, sentence }]
}

/** What a rewrite would change, and what it leaves: that includes everything in files that a generator writes. */
function sorted(
  releases: readonly Release[],
  rewrite: Rewrite['rewrite'],
): { readonly possible: readonly Change[]; readonly stays: readonly Left[] } {
  const possible: Change[] = []
  const stays: Left[] = []
  for (const release of releases.filter((one) => foreignHost(one) === undefined)) {
    for (const outcome of rewrite(release)) {
      if (!isChange(outcome)) {
        stays.push(outcome)
        continue
      }
      // It would come again for ever.
      if (outcome.edits.every((edit) => changesNothing(edit, release))) continue
      const why = outcome.edits
        .map((edit) => {
          const source = release.source(edit.file)
          const byText = source && (whyUndecoded(source) ?? whyGenerated(source))
          return byText ?? whyPutTogether(edit, release)
        })
        .find((reason) => reason !== undefined)
      if (why === undefined) possible.push(outcome)
      else
        stays.push({
          place: { ...outcome.place, line: 1, column: 1 },
          sentence: `Not changed: ${why}.`,
        })
    }
  }
  return { possible, stays }
}

function changesNothing({ file, start, end, text }: Edit, release: Release): boolean {
  return release.source(file)?.text.slice(start, end) === text
}

/** Scripts and settings are read in any encoding; what was decoded wrongly would be written wrongly. */
function whyUndecoded({ file, text }: SourceFile): string | undefined {
  return text.includes('\uFFFD') ? `${file} is not UTF-8, and would be damaged` : undefined
}

/** As many changes as can be made at once; the others come up again in the next round. */
function compatible(possible: readonly Change[]): readonly Change[] {
  const chosen: Change[] = []
  const edits: Edit[] = []
  // Uploads that share a step or an anchor want the same.
  for (const change of onceEach(possible)) {
    if (!agree([...edits, ...change.edits])) continue
    edits.push(...change.edits)
    chosen.push(change)
  }
  return chosen
}

function apply(
  changes: readonly Change[],
  overlay: Map<string, string>,
  [release]: readonly Release[],
): void {
  const edits = changes.flatMap((change) => change.edits)
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = overlay.get(file) ?? release?.source(file)?.text ?? ''
    overlay.set(
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    )
  }
}

function changedFiles(
  overlay: ReadonlyMap<string, string>,
  [release]: readonly Release[],
): readonly ChangedFile[] {
  return [...overlay]
    .map(([file, after]): ChangedFile => {
      const before = release?.source(file)?.text
      return { file, before, after: after.trim() === '' ? undefined : after }
    })
    .filter(({ before, after }) => before !== after)
    .toSorted((a, b) => a.file.localeCompare(b.file))
}

/** Without a repository nobody can say what the publishers are to name. */
function unrecorded(release: Release): readonly Left[] {
  const { path } = release.pipeline.repository
  const [upload] = uploadsOf(release).filter(({ credentials }) => credentials === 'trusted')
  if (path !== undefined || upload === undefined) return []
  const sentence =
    'Neither a git remote nor a manifest names the repository, so trusted-publishers.json is not written and nothing can be registered yet: set the remote and run this again.'
  return [{ place: upload.step.place, sentence }]
}

/** Without the name of the package there is nothing to record, and it has to be registered all the same. */
function unnamed(release: Release): readonly Left[] {
  const { repository } = release.pipeline
  if (repository.path === undefined) return []
  return uploadsOf(release)
    .filter(({ credentials, step }) => credentials === 'trusted' && step.packages.length === 0)
    .map(({ job, step, registry }) => {
      const environment = environmentOf(job)
      const where = environment === undefined ? '' : `, environment ${environment}`
      const file = (step.ecosystem === 'pypi' ? job.file : job.entry).replace(/^.*\//, '')
      const publisher = `repository ${repository.path}, workflow ${file}${where}`
      const sentence = `Which package \`${step.text}\` uploads cannot be told, so none is recorded. Register the publisher of each at ${hostOf(registry)} by hand: ${publisher}.`
      return { place: step.place, sentence }
    })
}

function uploadsWithToken(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter(({ credentials }) => ['token', 'both'].includes(credentials))
}

function jobKey({ entry, id }: Job): string {
  return `${entry} ${id}`
}

/** The publishers of every upload that exchanges an ID token, also beside a token that something else needs. */
function trustedPublishers(
  release: Release,
  known: ReadonlySet<string>,
): readonly RecordedPublisher[] {
  const ready = new Set(readyUploads(release).map(({ step }) => step))
  const uploads = uploadsOf(release).filter(
    ({ credentials, step, job }) =>
      credentials === 'trusted' ||
      // What else the job may fetch is not what it published with.
      (credentials === 'unknown' && known.has(jobKey(job)) && ready.has(step)) ||
      (credentials === 'both' && ready.has(step) && !isGenerated(step.place.file, release)),
  )
  const steps = new Set(uploads.map(({ step }) => step))
  const jobs = release.pipeline.jobs.map((job) => ({
    ...job,
    publishes: job.publishes.filter((step) => steps.has(step)),
  }))
  if (release.pipeline.repository.path === undefined) return []
  return neededPublishers({ ...release.pipeline, jobs })
}

/** `trusted-publishers.json` with what is needed, beside what somebody else has recorded. */
function recordFile(
  publishers: readonly RecordedPublisher[],
  [release]: readonly Release[],
  harden: boolean,
): ChangedFile | undefined {
  const before = release?.source(RECORD_FILE)?.text
  const recorded = before === undefined ? [] : readRecord(before)
  if (recorded === undefined || publishers.length === 0) return undefined
  const kept = recorded.map((one) => (harden ? withEnvironment(one, publishers) : one))
  const missing = publishers.filter((one) => !recorded.some((other) => isSamePackage(one, other)))
  if (missing.length === 0 && kept.every((one, at) => one === recorded[at])) return undefined
  const after = formatPublisherRecord({ publishers: [...kept, ...missing] })
  return after === before ? undefined : { file: RECORD_FILE, before, after }
}

/** A recorded publisher with the environment that its job has got, if all the rest is as before. */
function withEnvironment(
  recorded: RecordedPublisher,
  publishers: readonly RecordedPublisher[],
): RecordedPublisher {
  const { environment, ...fields } = recorded.fields
  const now = publishers.find(
    (one) =>
      isSamePackage(one, recorded) &&
      isDeepStrictEqual({ ...fields, environment: one.fields.environment }, { ...one.fields }),
  )
  return environment === undefined && now?.fields.environment !== undefined
    ? { ...recorded, fields: now.fields }
    : recorded
}

function readRecord(text: string): readonly RecordedPublisher[] | undefined {
  try {
    return parsePublisherRecord(text).publishers
  } catch {
    // doctor says what is wrong with it; it must not be overwritten.
    return undefined
  }
}

/** A package has its publisher at a registry, whatever it says; doctor compares the rest. */
function isSamePackage(a: RecordedPublisher, b: RecordedPublisher): boolean {
  return (
    a.package === b.package &&
    hostOf(a.registry) === hostOf(b.registry) &&
    a.provider === b.provider
  )
}

function isGenerated(file: string, release: Release): boolean {
  const source = release.source(file)
  return source !== undefined && whyGenerated(source) !== undefined
}

function onceEach<T extends Outcome>(outcomes: readonly T[]): readonly T[] {
  return [...new Map(outcomes.map((one) => [JSON.stringify(one), one])).values()]
}
