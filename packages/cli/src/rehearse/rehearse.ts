import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Pipeline, type PublishJob, readPipelines } from '@trustpub/pipeline'
import { UsageError } from '../command.ts'
import { bareEnvironment } from './environment.ts'
import { type RunChoice, repositoryOf, runOf } from './facts.ts'
import { playStep, type Scene } from './play.ts'
import { audiencesOf, findPublishers } from './publishers.ts'
import { isComplete, type JobResult, type Rehearsal, type StepResult } from './results.ts'
import { openStage, type Stage } from './stage.ts'
import { findUpstreams } from './upstreams.ts'
import { copyRepository } from './workspace.ts'

export interface RehearseOptions extends RunChoice {
  readonly client?: string | undefined
  readonly progress: (line: string) => void
  /** Called with the registry still running; it stops when the promise is done. */
  readonly beforeClose?: (rehearsal: Rehearsal, stage: Stage) => Promise<void>
}

/** Plays the release of the repository in `directory`, offline, with the real clients. The repository is not touched. */
export async function rehearse(directory: string, options: RehearseOptions): Promise<Rehearsal> {
  const pipeline = await readPipeline(directory)
  const { publishers, recorded } = await findPublishers(pipeline)
  const unknowns = pipeline.unknowns.map(({ sentence }) => sentence)
  if (!recorded)
    unknowns.push(
      'There is no trusted-publishers.json: the publishers were taken from the pipeline itself.',
    )

  options.progress(`Copying ${directory}, without stored credentials`)
  const workspace = await copyRepository(pipeline.directory)
  try {
    const upstreams = await findUpstreams()
    const stage = await openStage(workspace, {
      provider: pipeline.provider,
      publishers,
      audiences: audiencesOf(publishers),
      upstreams,
    })
    try {
      const scene: Scene = {
        pipeline,
        stage,
        workspace,
        root: workspace.directory,
        env: { ...bareEnvironment(workspace), npm_config_registry: upstreams.npm.href },
        client: options.client,
        progress: options.progress,
        installed: new Set(),
      }
      const rehearsal = await playJobs(scene, options, unknowns)
      await options.beforeClose?.(rehearsal, stage)
      return rehearsal
    } finally {
      await stage.close()
    }
  } finally {
    await workspace.remove()
  }
}

async function readPipeline(directory: string): Promise<Pipeline> {
  const root = resolve(directory)
  if (!(await stat(root).catch(() => undefined))?.isDirectory()) {
    throw new UsageError(`There is no directory ${directory}`)
  }
  const pipelines = await readPipelines(root)
  const publishing = pipelines.find((pipeline) => pipeline.jobs.length > 0)
  if (publishing !== undefined) return publishing
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

/** The repository has no release to play. */
export class NothingToRehearse extends Error {
  override readonly name = 'NothingToRehearse'
}

async function playJobs(
  scene: Scene,
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
    ok: steps.length > 0 && steps.every(isComplete),
    jobs,
    unknowns,
  }
}

async function playJob(scene: Scene, job: PublishJob, choice: RunChoice): Promise<JobResult> {
  const { granted, reason } = job.idToken
  const base = { job: job.id, entry: job.entry, idToken: { granted, reason } }
  const version =
    scene.pipeline.packages.find((pkg) => pkg.version !== undefined)?.version ?? '1.0.0'
  const started = runOf(scene.pipeline, job, choice, version)
  if ('notStarted' in started) return { ...base, notStarted: started.notStarted, steps: [] }
  const { run } = started
  const steps: StepResult[] = []
  for (const step of job.publishes) {
    const result = await playStep(scene, job, run, step)
    steps.push(result)
    // As in CI: the steps after a failed one do not run.
    if (!isComplete(result)) break
  }
  const environment = run.environment === undefined ? {} : { environment: run.environment }
  return { ...base, event: run.event, ref: run.ref, ...environment, steps }
}
