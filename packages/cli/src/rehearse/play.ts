import { join } from 'node:path'
import type { SimulatedRun } from '@trustpub/identity'
import type { Package, Pipeline, PublishJob, PublishStep } from '@trustpub/pipeline'
import { MissingTool } from '../tools/missing.ts'
import { type BuildContext, build } from './build.ts'
import { CLIENTS } from './clients/index.ts'
import { jobEnvironment } from './environment.ts'
import { type Installation, installNpm, installPython } from './install.ts'
import { redirectToStage } from './redirect.ts'
import type { PackageResult, RefusalResult, StepResult } from './results.ts'
import type { Stage } from './stage.ts'
import type { Workspace } from './workspace.ts'

/** The end of a failed command's output that is worth repeating. */
const OUTPUT_LINES = 12

/** Where the rehearsal takes place. */
export interface Scene extends BuildContext {
  readonly pipeline: Pipeline
  readonly stage: Stage
  readonly workspace: Workspace
  /** The client to use in place of the one that the step names, where it publishes the same kind of package. */
  readonly client: string | undefined
}

/** Plays one publishing step: build, publish with the real client, install what was published. */
export async function playStep(
  scene: Scene,
  job: PublishJob,
  run: SimulatedRun,
  step: PublishStep,
): Promise<StepResult> {
  const packages = packagesOf(scene.pipeline, step)
  const before = { refused: scene.stage.refused.length, at: new Date().toISOString() }
  const nothing = { step: step.text, client: step.client, refusals: [], notes: [] }
  const unpublished = packages.map((pkg) => ({
    package: nameOf(pkg),
    exchanged: false,
    published: false,
  }))
  try {
    const failedBuild = await build(scene, step, packages)
    if (failedBuild !== undefined)
      return { ...nothing, packages: unpublished, output: tail(failedBuild.output) }
    const { client, finished, notes } = await publish(scene, job, run, step)
    const results = await inspect(scene, packages, before.at)
    const failed = finished.status !== 0 || results.some((pkg) => !pkg.published)
    return {
      step: step.text,
      client,
      packages: results.map(({ problem: _, ...result }) => result),
      refusals: failed ? await refusalsSince(scene.stage, before) : [],
      ...outputOf(failed ? finished.output : results.map(({ problem }) => problem ?? '').join('')),
      notes,
    }
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    return { ...nothing, packages: unpublished, missing: error.message }
  }
}

async function publish(scene: Scene, job: PublishJob, run: SimulatedRun, step: PublishStep) {
  const wanted = CLIENTS.find(
    ({ id, ecosystem }) => id === scene.client && ecosystem === step.ecosystem,
  )
  const client = wanted ?? CLIENTS.find(({ id }) => id === step.client)
  if (client === undefined) throw new Error(`No client ${step.client}`)
  scene.progress(`${job.id}: ${client.id === step.client ? step.text : `${client.id} publish`}`)
  const identity = await jobEnvironment(scene.stage, scene.pipeline.provider, job, run)
  const openEnv = { ...scene.env, ...identity }
  const redirected = await redirectToStage(directoriesOf(scene, step), scene.stage.url)
  const played = await client.publish({
    stage: scene.stage,
    // The arguments of one client mean nothing to another.
    step: client.id === step.client ? step : { ...step, client: client.id, args: [] },
    directory: join(scene.root, step.directory),
    env: { ...openEnv, ...scene.stage.closedNetwork },
    openEnv,
    progress: scene.progress,
  })
  return { ...played, notes: [...redirected, ...played.notes] }
}

/** Where clients look for settings: the root, the step's directory, and those of its packages. */
function directoriesOf(scene: Scene, step: PublishStep): string[] {
  return [...new Set(['.', step.directory, ...step.packages])].map((each) => join(scene.root, each))
}

function packagesOf(pipeline: Pipeline, step: PublishStep): Package[] {
  return pipeline.packages.filter(
    (pkg) => pkg.ecosystem === step.ecosystem && step.packages.includes(pkg.directory),
  )
}

function nameOf(pkg: Package): string {
  return `${pkg.ecosystem}:${pkg.name}`
}

/** What the registry holds now, and whether it can be installed. */
async function inspect(
  scene: Scene,
  packages: readonly Package[],
  since: string,
): Promise<(PackageResult & { readonly problem?: string | undefined })[]> {
  const { store } = scene.stage.registry
  const attempts = await store.log.attempts({ limit: 50 })
  const exchanged = (pkg: Package) =>
    attempts.some(
      (attempt) =>
        attempt.at >= since &&
        attempt.code === 'ok' &&
        (attempt.package ?? lookupName(pkg)) === lookupName(pkg),
    )
  const results = []
  for (const pkg of packages) {
    const found = await store.packages.find(pkg.ecosystem, lookupName(pkg))
    const releases = found === undefined ? [] : await store.packages.releases(found.id)
    const release = releases.find(({ version }) => version === pkg.version) ?? releases.at(-1)
    const base = {
      package: nameOf(pkg),
      exchanged: exchanged(pkg),
      published: release !== undefined,
    }
    if (release === undefined) results.push(base)
    else
      results.push({
        ...base,
        version: release.version,
        ...(await install(scene, pkg, release.version)),
      })
  }
  return results
}

function lookupName(pkg: Package): string {
  return pkg.ecosystem === 'npm' ? pkg.name : pkg.name.toLowerCase().replace(/[-_.]+/g, '-')
}

async function install(scene: Scene, pkg: Package, version: string) {
  scene.progress(`Installing ${pkg.name} ${version} from the local registry`)
  const folder = await scene.workspace.emptyFolder(
    `install/${lookupName(pkg).replace('/', '+')}-${Date.now()}`,
  )
  const request = {
    stage: scene.stage,
    name: pkg.name,
    version,
    folder,
    env: scene.env,
    progress: scene.progress,
  }
  const result: Installation = await (pkg.ecosystem === 'npm'
    ? installNpm(request)
    : installPython(request))
  const imported = result.imported === undefined ? {} : { imported: result.imported }
  return { installed: result.installed, ...imported, problem: result.problem }
}

/** The refusals of exchanges with the checks behind them, then those of other requests. */
async function refusalsSince(
  stage: Stage,
  before: { readonly refused: number; readonly at: string },
): Promise<RefusalResult[]> {
  const attempts = (await stage.registry.store.log.attempts({ limit: 50 }))
    .filter((attempt) => attempt.at >= before.at && attempt.code !== 'ok')
    .map(({ code, message, checks }) => ({ code, reason: message, checks }))
  const others = stage.refused
    .slice(before.refused)
    // Clients look a new package up before they publish it.
    .filter(
      ({ code }) =>
        code !== 'package_not_found' && !attempts.some((attempt) => attempt.code === code),
    )
    .map(({ code, reason }) => ({ code, reason, checks: [] }))
  const seen = new Set<string>()
  return [...attempts, ...others].filter(({ reason }) => !seen.has(reason) && seen.add(reason))
}

function outputOf(text: string): { output?: string } {
  return text === '' ? {} : { output: tail(text) }
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n')
}
