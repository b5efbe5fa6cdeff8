import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  examine,
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
  /** Whether there is anything that publishes. */
  readonly publishes: boolean
  readonly findings: readonly Finding[]
  /** Set aside by a comment in the file. */
  readonly ignored: readonly Ignored[]
  /** What could not be read or decided. */
  readonly unknowns: readonly Unknown[]
  readonly releases: readonly Release[]
}

/**
 * Examines a repository. A file that cannot be read is a finding, since the CI cannot read it either.
 * @param ask completes a release with what its registries say
 * @throws PipelineError `directory_unreadable`
 */
export async function diagnose(
  directory: string,
  ask: (release: Release) => Promise<Release> = async (release) => release,
): Promise<Diagnosis> {
  try {
    const read = await readReleases(directory)
    const releases = await Promise.all(read.map(ask))
    const examined = releases.map((release) => examine(release))
    return {
      directory,
      publishes: releases.some(({ pipeline }) => pipeline.jobs.length > 0),
      findings: examined.flatMap(({ findings }) => findings),
      ignored: examined.flatMap(({ ignored }) => ignored),
      unknowns: releases.flatMap(({ pipeline }) => pipeline.unknowns),
      releases,
    }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code === 'directory_unreadable') throw error
    const findings = [await unreadable(error, directory)]
    return { directory, publishes: false, findings, ignored: [], unknowns: [], releases: [] }
  }
}

/** Lines that git leaves where two changes meet. */
const CONFLICT = /^(?:<{7} |={7}$|>{7} )/m

async function unreadable(error: PipelineError, directory: string): Promise<Finding> {
  const { file } = error.place
  const text = await readFile(join(directory, file), 'utf8').catch(() => '')
  const conflict = CONFLICT.exec(text)
  const line =
    conflict === null ? error.place.line : text.slice(0, conflict.index).split('\n').length
  return {
    check: 'unreadable-file',
    severity: 'error',
    place: { ...error.place, line },
    message:
      conflict === null
        ? error.message
        : `${file} holds the marks of a merge conflict, so it is no YAML and starts nothing.`,
    fix: conflict === null ? 'Correct the file.' : 'Resolve the conflict and commit the file.',
  }
}
