import { join } from 'node:path'
import type { SimulatedRun } from '@trustpub/identity'
import type { Package, Pipeline, PublishJob, PublishStep } from '@trustpub/pipeline'
import { MissingTool } from '../tools/missing.ts'
import { planProvenance } from './automatic-provenance.ts'
import { build } from './build.ts'
import { checkOut } from './checkout.ts'
import { CLIENTS } from './clients/index.ts'
import { readManifest } from './dependencies.ts'
import { jobEnvironment } from './environment.ts'
import { inspect, nameOf } from './inspect.ts'
import { closeArguments } from './open-arguments.ts'
import { tellingEnd } from './output.ts'
import { redirectToStage } from './redirect.ts'
import { refusalsSince } from './refusals.ts'
import type { StepResult } from './results.ts'
import type { Scene } from './scene.ts'
import { STAND_IN, setVersion } from './set-version.ts'
import { withTarball } from './tarball.ts'

/** Plays one publishing step: build, publish with the real client, install what was published. */
export async function playStep(
  scene: Scene,
  job: PublishJob,
  run: SimulatedRun,
  step: PublishStep,
): Promise<StepResult> {
  const packages = packagesOf(scene.pipeline, step)
  const before = { refused: scene.stage.refused.length, at: new Date().toISOString() }
  const nothing = {
    step: step.text,
    client: step.client,
    refusals: [],
    notes: storedSecretNotes(step),
  }
  const unpublished = packages.map((pkg) => ({
    package: nameOf(pkg),
    exchanged: false,
    published: false,
  }))
  if (packages.length === 0) return { ...nothing, packages: [] }
  if (step.incapable !== undefined) {
    const refusal = { code: 'client_incapable', reason: step.incapable, checks: [] }
    return { ...nothing, packages: unpublished, refusals: [refusal] }
  }
  try {
    await checkOut(scene.root, run.ref, scene.env)
    if (step.setsVersion) nothing.notes.push(...(await setVersion(scene.root, packages, run.ref)))
    const context = { ...scene, note: (sentence: string) => void nothing.notes.push(sentence) }
    const failedBuild = await build(context, step, packages, job.builds)
    if (failedBuild !== undefined)
      return { ...nothing, packages: unpublished, output: tellingEnd(failedBuild.output) }
    const { client, finished, notes, signed } = await publish(scene, job, run, step)
    const results = await inspect(scene, packages, { since: before.at, signed })
    const failed = finished.status !== 0 || results.some((pkg) => !pkg.published)
    return {
      step: step.text,
      client,
      packages: results.map(({ problem: _, ...result }) => result),
      ...(finished.status === 0 ? {} : { clientFailed: true }),
      refusals: failed ? await refusalsSince(scene.stage, before) : [],
      ...outputOf(failed ? finished.output : results.map(({ problem }) => problem ?? '').join('')),
      notes: [...nothing.notes, ...notes],
    }
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    return { ...nothing, packages: unpublished, missing: error.message }
  }
}

/** A token that is still handed over hides that trusted publishing does not work, until the day it expires. */
function storedSecretNotes({ storedSecrets, client }: PublishStep): string[] {
  return storedSecrets.map(({ name, place }) => {
    const where = `${name} is still handed to this step (${place.file}:${place.line}) and was left out here`
    return client === 'npm' || client === 'pnpm'
      ? `${where}. In the CI it steps in silently where the exchange fails; remove it once this rehearsal succeeds.`
      : `${where}. In the CI it is used in place of an ID token; remove it.`
  })
}

async function publish(scene: Scene, job: PublishJob, run: SimulatedRun, step: PublishStep) {
  const wanted = CLIENTS.find(
    ({ id, ecosystem }) => id === scene.client && ecosystem === step.ecosystem,
  )
  const client = wanted ?? CLIENTS.find(({ id }) => id === step.client)
  if (client === undefined) throw new Error(`No client ${step.client}`)
  const isOwn = client.id === step.client
  scene.progress(`${job.id}: ${isOwn ? step.text : `${client.id} publish`}`)
  scene.stage.leadElsewhere(false)
  // The arguments of one client mean nothing to another.
  const ownStep = isOwn ? step : { ...step, client: client.id, args: [] }
  const plan = await planProvenance(client.provenance, {
    step: ownStep,
    job,
    provider: scene.pipeline.provider,
    run,
    directories: packageFolders(scene, step),
  })
  const visibility = plan.made ? 'public' : run.visibility
  const seen = visibility === undefined ? run : { ...run, visibility }
  const identity = await jobEnvironment(scene.stage, scene.pipeline.provider, job, seen)
  const openEnv = { ...scene.env, ...identity }
  const redirected = await redirectToStage(directoriesOf(scene, step), scene.stage.url, {
    keepProvenance: client.provenance !== undefined,
  })
  const packed = await withTarball(scene, step)
  if ('failed' in packed) {
    return { client: client.id, finished: packed.failed, notes: [], signed: false }
  }
  const version = await versionIn(packageFolders(scene, step))
  const closed = closeArguments(scene.root, packed.step, version)
  const played = await client.publish({
    stage: scene.stage,
    step: isOwn ? closed.step : ownStep,
    directory: join(scene.root, step.directory),
    packages: packageFolders(scene, step),
    env: { ...openEnv, ...scene.stage.closedNetwork },
    openEnv,
    provenance: plan,
    progress: scene.progress,
  })
  const notes = [...redirected, ...(isOwn ? closed.notes : []), ...plan.notes, ...played.notes]
  return { ...played, notes, signed: plan.made || played.attested === true }
}

/** The version that the manifest in the copy has by now. */
async function versionIn([directory]: readonly string[]): Promise<string> {
  const { version } = directory === undefined ? {} : await readManifest(directory)
  return version ?? STAND_IN
}

/** The directories of a step's packages in the copy. */
function packageFolders(scene: Scene, { packages }: PublishStep): string[] {
  return packages.map((directory) => join(scene.root, directory))
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

function outputOf(text: string): { output?: string } {
  return text === '' ? {} : { output: tellingEnd(text) }
}
