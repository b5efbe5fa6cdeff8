import {
  findProvider,
  RECORD_FILE,
  type RecordedPublisher,
  type SimulatedRun,
} from '@trustpub/identity'
import {
  environmentOf,
  type Pipeline,
  type PublishJob,
  repositoryOf,
  type Trigger,
} from '@trustpub/pipeline'

/** What the person asked for instead of the usual run. */
export interface RunChoice {
  readonly event?: string | undefined
  readonly ref?: string | undefined
  readonly environment?: string | undefined
}

/** Events by how likely they are the one that releases. */
const PREFERRED = ['release', 'tag', 'push', 'workflow_dispatch', 'schedule']

/** A commit for directories that are not git repositories. */
const NO_COMMIT = '0'.repeat(40)

/** The run of a job as the CI would start it, or why this event does not start it. */
export type JobRun = { readonly run: SimulatedRun } | { readonly notStarted: string }

/** Works out the run from the job's triggers: a release or a tag if it has such, otherwise its branch. */
export function runOf(
  pipeline: Pipeline,
  job: PublishJob,
  choice: RunChoice,
  version: string,
): JobRun {
  const trigger = chooseTrigger(job.triggers, choice.event)
  if (trigger === undefined) {
    const events = [...new Set(job.triggers.map(({ event }) => event))].join(', ') || 'nothing'
    return { notStarted: `${job.entry} is started by ${events}, not by ${choice.event}` }
  }
  const environment = choice.environment ?? environmentOf(job)
  return {
    run: {
      issuer: findProvider(pipeline.provider).issuer,
      repository: repositoryOf(pipeline),
      ref: choice.ref ?? refOf(trigger, pipeline.repository.defaultBranch, version),
      commit: pipeline.repository.commit ?? NO_COMMIT,
      event: trigger.event,
      entry: job.entry,
      file: job.file,
      environment,
    },
  }
}

/**
 * The pipeline in the repository that its recorded publishers name, if nothing else says where it lives: a directory
 * that is not under git yet is to become that repository.
 */
export function inRecordedRepository(
  pipeline: Pipeline,
  publishers: readonly RecordedPublisher[],
): Pipeline {
  const [path, ...others] = new Set(publishers.map(({ fields }) => fields.repository))
  if (pipeline.repository.path !== undefined || path === undefined || others.length > 0)
    return pipeline
  const sentence = `Neither a git remote nor a manifest names the repository; it was played as ${path}, which ${RECORD_FILE} names.`
  return {
    ...pipeline,
    repository: { ...pipeline.repository, path },
    unknowns: [...pipeline.unknowns, { sentence }],
  }
}

/** What had to be assumed about the repository, as sentences. */
export function assumptions(pipeline: Pipeline): string[] {
  if (pipeline.repository.path !== undefined) return []
  return [
    `Neither a git remote nor a manifest names the repository; it was played as ${repositoryOf(pipeline)}.`,
  ]
}

function chooseTrigger(
  triggers: readonly Trigger[],
  event: string | undefined,
): Trigger | undefined {
  if (event !== undefined) return triggers.find((trigger) => trigger.event === event)
  const rank = (trigger: Trigger) => {
    const byTag = trigger.event === 'push' && trigger.tags !== undefined
    const kind = trigger.byHand ? 'workflow_dispatch' : byTag ? 'tag' : trigger.event
    const position = PREFERRED.indexOf(kind)
    return position === -1 ? PREFERRED.length : position
  }
  return [...triggers].sort((a, b) => rank(a) - rank(b))[0]
}

function refOf({ event, tags, branches }: Trigger, defaultBranch: string, version: string): string {
  if (event === 'release' || event === 'tag' || (event === 'push' && tags !== undefined)) {
    return `refs/tags/${tagFor(tags ?? ['v*'], version)}`
  }
  const branch = branches?.find((pattern) => !/[*?[!]/.test(pattern)) ?? defaultBranch
  return `refs/heads/${branch}`
}

/** A tag that one of the patterns matches, with the version in it: `v*` and 1.2.0 give v1.2.0. */
function tagFor(patterns: readonly string[], version: string): string {
  const pattern = patterns.find((each) => !each.startsWith('!')) ?? 'v*'
  const wildcard = /[*?[+].*$/.exec(pattern)
  return wildcard === null ? pattern : pattern.slice(0, wildcard.index) + version
}
