import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { findProvider } from '@trustpub/identity'
import {
  contested,
  type Pipeline,
  type PublishJob,
  type PublishStep,
  readPipelines,
  repositoryOf,
  whyTokenOnly,
} from '@trustpub/pipeline'
import { UsageError } from '../command.ts'
import { catchSignals, interruption } from '../tools/interruption.ts'
import { nodeTool } from '../tools/node-tools.ts'
import { pythonTools } from '../tools/python-tools.ts'
import { CLIENTS } from './clients/index.ts'
import { bareEnvironment } from './environment.ts'
import { assumptions, inRecordedRepository, type RunChoice, runOf } from './facts.ts'
import { playStep } from './play.ts'
import { playedAs } from './played-as.ts'
import { findPublishers } from './publishers.ts'
import { isComplete, isFine, type JobResult, type Rehearsal, type StepResult } from './results.ts'
import type { Scene } from './scene.ts'
import { isMeant, STAND_IN } from './set-version.ts'
import type { Stage } from './stage.ts'
import { Stages } from './stages.ts'
import { findUpstreams } from './upstreams.ts'
import { copyRepository } from './workspace.ts'

export interface RehearseOptions extends RunChoice {
  readonly client?: string | undefined
  readonly progress: (line: string) => void
  /** Called with the registries still running; they stop when the promise is done. */
  readonly beforeClose?: (rehearsal: Rehearsal, stages: readonly Stage[]) => Promise<void>
}

/**
 * Plays the release of the repository in `directory`, offline, with the real clients. The repository is not touched.
 * @throws NothingToRehearse, Interrupted
 */
export async function rehearse(directory: string, options: RehearseOptions): Promise<Rehearsal> {
  const read = await readPipeline(directory)
  const { publishers, recorded } = await findPublishers(read)
  const pipeline = recorded ? inRecordedRepository(read, publishers) : read
  const release = catchSignals()
  try {
    options.progress(`Copying ${directory}, without stored credentials`)
    const kinds = new Set(
      pipeline.jobs.flatMap((job) => job.publishes.map((step) => step.ecosystem)),
    )
    const [workspace, upstreams] = await Promise.all([
      copyRepository(pipeline.directory),
      findUpstreams(kinds),
      findTools(kinds, options.progress),
    ])
    const stages = new Stages(workspace, { pipeline, publishers, upstreams })
    try {
      const scene: Shared = {
        pipeline,
        workspace,
        root: workspace.directory,
        bin: workspace.bin,
        env: { ...bareEnvironment(workspace), npm_config_registry: upstreams.npm.href },
        client: options.client,
        progress: options.progress,
        installed: new Set(),
        built: new Set(),
        stages,
        recordedRegistries: recorded ? publishers.map(({ registry }) => registry) : [],
      }
      const unknowns = [
        ...pipeline.unknowns.map(({ sentence }) => sentence),
        ...assumptions(pipeline),
        ...unknownEnvironments(pipeline, options),
        ...(recorded ? [] : [UNRECORDED, ...contested(publishers)]),
      ]
      const rehearsal = await playJobs(scene, options, unknowns)
      await options.beforeClose?.(rehearsal, stages.open)
      return rehearsal
    } finally {
      await stages.close()
      await workspace.remove()
    }
  } finally {
    release()
  }
}

/** Looks for the tools ahead of their use, beside other work. What is missing is told where it is needed. */
async function findTools(
  kinds: ReadonlySet<'npm' | 'pypi'>,
  progress: (line: string) => void,
): Promise<void> {
  await Promise.allSettled([
    kinds.has('npm') && nodeTool('npm', progress),
    kinds.has('pypi') && pythonTools(progress),
  ])
}

const UNRECORDED =
  'There is no trusted-publishers.json: the publishers were taken from the pipeline itself.'

/** What all jobs of a rehearsal share. */
interface Shared extends Omit<Scene, 'stage'> {
  readonly stages: Stages
  readonly recordedRegistries: readonly string[]
}

function unknownEnvironments({ jobs }: Pipeline, { environment }: RunChoice): string[] {
  if (environment !== undefined) return []
  return jobs.flatMap((job) => {
    if (job.environment.known) return []
    const { expression, otherwise } = job.environment
    const played = otherwise === undefined ? 'without one' : `in ${otherwise}`
    return [
      `The environment of job "${job.id}" is ${expression}, which only a run knows; it was played ${played}. Name one with --environment.`,
    ]
  })
}

async function readPipeline(directory: string): Promise<Pipeline> {
  const root = resolve(directory)
  if (!(await stat(root).catch(() => undefined))?.isDirectory()) {
    throw new UsageError(`There is no directory ${directory}`)
  }
  const pipelines = await readPipelines(root)
  const publishing = pipelines.filter((pipeline) => pipeline.jobs.length > 0)
  const [first] = publishing
  const own = publishing.find(({ provider, repository }) => repository.host?.includes(provider))
  if (first !== undefined) return withOthers(own ?? first, publishing)
  const read =
    pipelines.length === 0
      ? 'There is neither .github/workflows nor .gitlab-ci.yml'
      : 'No job publishes'
  const unknowns = pipelines.flatMap((pipeline) =>
    pipeline.unknowns.map(({ sentence }) => `\n  ${sentence}`),
  )
  throw new NothingToRehearse(
    `${read} in ${directory}, so there is nothing to rehearse.${unknowns.join('')}`,
  )
}

/** A repository may be set up for two CIs; its remote tells which one releases. */
function withOthers(chosen: Pipeline, publishing: readonly Pipeline[]): Pipeline {
  const others = publishing.filter((pipeline) => pipeline !== chosen)
  const labels = others.map(({ provider }) => findProvider(provider).label)
  const sentences = labels.map((label) => ({
    sentence: `The jobs for ${label} publish as well; they were not played.`,
  }))
  return { ...chosen, unknowns: [...chosen.unknowns, ...sentences] }
}

/** The repository has no release to play. */
export class NothingToRehearse extends Error {
  override readonly name = 'NothingToRehearse'
}

async function playJobs(
  scene: Shared,
  options: RehearseOptions,
  unknowns: readonly string[],
): Promise<Rehearsal> {
  const jobs: JobResult[] = []
  for (const job of scene.pipeline.jobs) jobs.push(await playJob(scene, job, options))
  const steps = jobs.flatMap((job) => job.steps)
  return {
    directory: scene.pipeline.directory,
    provider: scene.pipeline.provider,
    repository: repositoryOf(scene.pipeline),
    ok: steps.some(isComplete) && steps.every(isFine),
    jobs,
    unknowns,
  }
}

async function playJob(scene: Shared, job: PublishJob, choice: RunChoice): Promise<JobResult> {
  const { granted, reason } = job.idToken
  const base = { job: job.id, entry: job.entry, idToken: { granted, reason } }
  const version = versionOf(scene.pipeline, job)
  const started = runOf(scene.pipeline, job, choice, version)
  if ('notStarted' in started) return { ...base, notStarted: started.notStarted, steps: [] }
  const { run } = started
  const steps: StepResult[] = []
  for (const { step, note } of job.publishes.flatMap((one) => playedAs(one, scene.root))) {
    const passedOver = whyTokenOnly(step, job, scene.recordedRegistries) ?? whyUnplayed(step)
    if (passedOver !== undefined) {
      steps.push({ ...UNPLAYED, step: step.text, client: step.client, passedOver })
      continue
    }
    const stage = await scene.stages.for(job, step)
    const played = await playStep({ ...scene, stage }, job, run, step)
    const result = note === undefined ? played : { ...played, notes: [note, ...played.notes] }
    steps.push(result)
    interruption.throwIfAborted()
    // As in CI: the steps after a failed one do not run.
    if (!isComplete(result)) break
  }
  const environment = run.environment === undefined ? {} : { environment: run.environment }
  return { ...base, event: run.event, ref: run.ref, ...environment, steps }
}

/** A tool that no client here stands for, or packages that only the run knows. */
function whyUnplayed({ client, text, incapable, adrift }: PublishStep): string | undefined {
  if (adrift) return 'It runs in a directory that only a run knows, and is not played.'
  if (CLIENTS.some(({ id }) => id === client) || incapable !== undefined) return undefined
  return `${client} releases here (${text}); the rehearsal does not play it yet, so what it uploads is not checked.`
}

const UNPLAYED = { packages: [], refusals: [], notes: [] }

/** The version that the tag of the run names: that of what the job publishes, else of any package. */
function versionOf({ packages }: Pipeline, job: PublishJob): string {
  const own = packages.filter((pkg) =>
    job.publishes.some(
      (step) => step.ecosystem === pkg.ecosystem && step.packages.includes(pkg.directory),
    ),
  )
  const versions = [...own, ...packages].flatMap(({ version }) => version ?? [])
  return versions.find(isMeant) ?? STAND_IN
}
