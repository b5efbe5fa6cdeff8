import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  examineAll,
  type Finding,
  type Ignored,
  PipelineError,
  type Release,
  readReleases,
  type Unknown,
} from '@trustpub/pipeline'

/** What doctor has to say about a repository. */
export interface Diagnosis {
  readonly directory: string
  /** Whether there is a CI configuration, readable or not. */
  readonly hasCi: boolean
  /** Whether there is anything that publishes. */
  readonly publishes: boolean
  readonly findings: readonly Finding[]
  /** Set aside by a comment in the file. */
  readonly ignored: readonly Ignored[]
  /** What could not be read or decided. */
  readonly unknowns: readonly Unknown[]
  /** The files of the repository that findings are about. */
  readonly source: Release['source']
}

/** Completes a release with what its registries say. */
export type Ask = (release: Release) => Promise<Release>

/**
 * Examines a repository. A CI configuration that cannot be read is a finding, since the CI cannot read it either.
 * @throws PipelineError `directory_unreadable`
 */
export async function diagnose(
  directory: string,
  ask: Ask = async (release) => release,
): Promise<Diagnosis> {
  let read: readonly Release[]
  try {
    read = await readReleases(directory)
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code === 'directory_unreadable') throw error
    return broken(directory, error)
  }
  const releases: Release[] = []
  for (const release of read) releases.push(await ask(release))
  const examination = examineAll(releases)
  return {
    directory,
    hasCi: releases.length > 0,
    publishes: releases.some(({ pipeline }) => pipeline.jobs.length > 0),
    ...examination,
    unknowns: unknownsOf(releases, examination),
    source: (file) => releases[0]?.source(file),
  }
}

/** What is not said by a finding already. Manifests are read for both CIs. */
function unknownsOf(
  releases: readonly Release[],
  { findings, ignored }: Pick<Diagnosis, 'findings' | 'ignored'>,
): readonly Unknown[] {
  const unreadable = [...findings, ...ignored].filter(({ check }) => check === 'unreadable-file')
  const said = new Set(unreadable.map(({ place }) => place.file))
  const open = releases
    .flatMap(({ pipeline }) => pipeline.unknowns)
    .filter(({ broken, place }) => broken === undefined || !said.has(place?.file ?? ''))
  return [...new Map(open.map((one) => [JSON.stringify(one), one])).values()]
}

/** There is a CI configuration, and nothing of it can be read. */
async function broken(
  directory: string,
  { code, place, message }: PipelineError,
): Promise<Diagnosis> {
  const isText = code === 'workflow_unparseable' || code === 'merge_conflict'
  const text = isText ? await readFile(join(directory, place.file), 'utf8') : undefined
  const finding: Finding = {
    check: 'unreadable-file',
    severity: 'error',
    place,
    message,
    fix: 'Correct the file: until then the CI runs nothing.',
  }
  return {
    directory,
    hasCi: true,
    publishes: false,
    findings: [finding],
    ignored: [],
    unknowns: [],
    source: (file) => (file === place.file && text !== undefined ? { file, text } : undefined),
  }
}
