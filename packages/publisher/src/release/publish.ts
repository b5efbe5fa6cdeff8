import type { Claims } from '@trustpub/identity'
import { type Artifact, identityOf, sizeText, titleOf } from '../artifact.ts'
import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import { findIdTokens, type IdTokens } from '../id-tokens.ts'
import type { Extras, Target, TargetOptions } from '../targets/target.ts'
import { ApiTokens } from './api-tokens.ts'
import { inParallel } from './in-parallel.ts'
import { problemOf, refusedProblem } from './problem.ts'
import { readArtifacts } from './read.ts'
import type { FileReport, Outcome, Problem, Report } from './report.ts'
import { makeExtras, type SigningChoice } from './signing.ts'

export interface PublishRequest extends SigningChoice {
  /** Folders and files. */
  readonly paths: readonly string[]
  readonly options: TargetOptions
  /** Do everything up to the upload; nothing is signed. */
  readonly dryRun: boolean
}

/** A file on its way: what is known and decided of it so far. */
interface Item {
  readonly target: Target
  artifact: Artifact
  claims: Claims
  outcome: Outcome
  extras: Extras
  problem?: Problem
}

/** Everything that a release needs on its way. */
interface Release {
  readonly items: readonly Item[]
  readonly request: PublishRequest
  readonly idTokens: IdTokens
  readonly tokens: ApiTokens
  readonly context: Context
}

/**
 * Publishes a release: reads and checks every file, makes every exchange, looks at what is there, signs; and only when
 * all of that went well for all files, uploads them one after the other and reads them back. The same call again
 * finishes what was cut off.
 * @throws Refusal for what cannot be published at all; refusals of registries are in the report
 */
export async function publish(request: PublishRequest, context: Context): Promise<Report> {
  const read = await readArtifacts(request.paths, request.options, context.temporaryFolder)
  const idTokens = findIdTokens(context)
  const items = read.map(
    ({ target, artifact }): Item => ({
      target,
      artifact,
      claims: {},
      outcome: 'held back',
      extras: {},
    }),
  )
  const tokens = new ApiTokens(idTokens, context)
  const release: Release = { items, request, idTokens, tokens, context }
  try {
    await prepare(release)
    if (!isStopped(release) && !request.dryRun) await uploadAll(release)
  } finally {
    await tokens.revokeAll()
  }
  return reportOf(release)
}

/** Everything before the first upload; each step is made for all files, so that all problems are told at once. */
async function prepare(release: Release): Promise<void> {
  const { items, request, context } = release
  context.progress(
    `${items.length} ${items.length === 1 ? 'file' : 'files'} to publish, asking for leave`,
  )
  await inParallel(items, (item) => trying(item, release, () => exchangeAndLookUp(item, release)))
  if (isStopped(release)) return
  const pending = items.filter(({ outcome }) => outcome === 'held back')
  if (request.dryRun) {
    for (const item of pending) item.outcome = 'would be published'
    return
  }
  for (const item of pending) await trying(item, release, () => signItem(item, release))
}

async function exchangeAndLookUp(
  item: Item,
  { tokens, idTokens, context }: Release,
): Promise<void> {
  const { target, artifact } = item
  const exchanged = await tokens.exchange(target, artifact)
  item.claims = exchanged.claims
  if (!('token' in exchanged)) {
    const { said, claims } = exchanged
    refused(
      item,
      refusedProblem('exchange', titled(artifact), said, idTokens.provider, claims, context),
    )
    return
  }
  const presence = await target.lookUp(artifact, exchanged.token.text, context)
  item.artifact = target.settle(artifact, presence)
  if (presence.digest === undefined) return
  const here = identityOf(artifact)
  if (presence.digest === here) {
    item.outcome = 'already there'
    return
  }
  const { host } = artifact.registry
  throw refuse('version_exists', {
    what: titleOf(artifact),
    host,
    there: shortened(presence.digest),
    here: shortened(here),
  })
}

async function signItem(
  item: Item,
  { request, tokens, idTokens, context }: Release,
): Promise<void> {
  const { target, artifact, claims } = item
  const isPublic = async () =>
    target.isPublic(artifact, await tokens.forUpload(target, artifact), context)
  item.extras = await makeExtras({ artifact, claims, isPublic }, request, idTokens, context)
}

/** One after the other, since later packages may depend on earlier ones; the first failure holds the rest back. */
async function uploadAll(release: Release): Promise<void> {
  for (const item of release.items) {
    if (item.outcome !== 'held back') continue
    await trying(item, release, () => uploadItem(item, release))
    if (isStopped(release)) break
  }
  const uploaded = release.items.filter(({ outcome }) => outcome === 'published')
  await inParallel(uploaded, (item) => trying(item, release, () => readBack(item, release)))
}

async function uploadItem(
  item: Item,
  { request, tokens, idTokens, context }: Release,
): Promise<void> {
  const { target, artifact } = item
  const token = await tokens.forUpload(target, artifact)
  const isThere = async () =>
    (await target.lookUp(artifact, token, context)).digest === identityOf(artifact)
  const began = context.now().getTime()
  context.progress(
    `${titleOf(artifact)}: uploading ${sizeText(artifact.size)} to ${artifact.registry.host}`,
  )
  const answer = await target.upload(
    artifact,
    token,
    item.extras,
    request.options,
    isThere,
    context,
  )
  if (answer !== 'uploaded' && answer !== 'already there' && 'status' in answer) {
    const { claims } = item
    refused(
      item,
      refusedProblem('upload', titled(artifact), answer, idTokens.provider, claims, context),
    )
    return
  }
  const seconds = ((context.now().getTime() - began) / 1000).toFixed(1)
  if (typeof answer === 'object') {
    item.outcome = 'staged'
    context.progress(
      `${titleOf(artifact)}: staged as ${answer.stageId}; npm stage approve ${answer.stageId} publishes it`,
    )
    return
  }
  item.outcome = 'published'
  context.progress(`${titleOf(artifact)}: uploaded in ${seconds} s`)
}

/** Registries show a new file after some seconds, now and then after a minute. */
const READ_BACK_PAUSES_MS = [0, 1000, 3000, 6000, 10_000, 20_000, 20_000]

/** What the registry shows must be what was sent. */
async function readBack(item: Item, { tokens, context }: Release): Promise<void> {
  const { target, artifact } = item
  const token = await tokens.forUpload(target, artifact)
  for (const pause of READ_BACK_PAUSES_MS) {
    if (pause > 0) await context.wait(pause)
    const { digest } = await target.lookUp(artifact, token, context)
    if (digest === undefined) continue
    const here = identityOf(artifact)
    if (digest === here) return
    throw refuse('read_back_differs', {
      host: artifact.registry.host,
      what: titleOf(artifact),
      there: shortened(digest),
      here: shortened(here),
    })
  }
  item.outcome = 'not seen'
}

/** Keeps a refusal with the file it is about. */
async function trying(item: Item, { context }: Release, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    refused(item, problemOf(error, context))
  }
}

function refused(item: Item, problem: Problem): void {
  item.outcome = 'refused'
  item.problem = problem
}

function titled(artifact: Artifact): Artifact & { readonly title: string } {
  return { ...artifact, title: titleOf(artifact) }
}

function isStopped({ items }: Release): boolean {
  return items.some(({ outcome }) => outcome === 'refused')
}

/** Enough of a digest to tell two apart. */
function shortened(digest: string): string {
  return digest.length > 20 ? `${digest.slice(0, 16)}…` : digest
}

function reportOf(release: Release): Report {
  const { items, request, idTokens } = release
  const { provider } = idTokens
  const claims = items.map((item) => item.claims).find(({ iss }) => typeof iss === 'string')
  return {
    ok: !isStopped(release),
    dryRun: request.dryRun,
    provider: provider.label,
    run: claims === undefined ? undefined : provider.describe(claims, String(claims.iss)),
    files: items.map(fileReport),
  }
}

function fileReport({ target, artifact, outcome, extras, problem }: Item): FileReport {
  const { ecosystem, name, version, filename: file, size, identity, registry } = artifact
  return {
    ecosystem,
    registry: registry.href,
    name,
    version,
    file,
    size,
    digest: `${identity}:${identityOf(artifact)}`,
    outcome,
    details: target.details(artifact),
    signed: extras.bundle !== undefined || (extras.attestations ?? []).length > 0,
    ...(problem === undefined ? {} : { problem }),
  }
}
