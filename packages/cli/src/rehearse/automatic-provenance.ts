import { findProvider, type SimulatedRun } from '@trustpub/identity'
import { hostOf, PUBLIC, type PublishJob, type PublishStep, registryOf } from '@trustpub/pipeline'
import { repositoryUrl } from '@trustpub/registry'
import type { Client, ProvenancePlan } from './clients/client.ts'
import { type BuildManifest, readManifest } from './dependencies.ts'

/** Where the ID token for Sigstore is, in CIs that hand it out as a variable. */
const SIGSTORE_VARIABLE = 'SIGSTORE_ID_TOKEN'

const NONE: ProvenancePlan = { made: false, asPublic: false, notes: [] }

/** The step about to be played, and what it publishes. */
export interface ProvenanceQuestion {
  readonly step: PublishStep
  readonly job: PublishJob
  readonly provider: string
  readonly run: SimulatedRun
  readonly directories: readonly string[]
}

/**
 * Decides as npm does: by flag, then by `publishConfig`, then by itself where repository and package are public. Whether
 * the repository is public is not known here; it is played as such if its packages name it, as npmjs.com then demands.
 */
export async function planProvenance(
  client: Client['provenance'],
  question: ProvenanceQuestion,
): Promise<ProvenancePlan> {
  if (client === undefined) return NONE
  const { step, job, directories } = question
  const manifests = await Promise.all(directories.map((directory) => readManifest(directory)))
  const configs = manifests.map(({ publishConfig }) => publishConfig ?? {})
  const access = flagValue(step, 'access')
  const restricted =
    access === undefined
      ? configs.some((config) => config.access === 'restricted')
      : access !== 'public'
  const asked = askedByFlag(step) ?? configs.map(({ provenance }) => provenance).find(isBoolean)
  if (asked === true) return { made: true, asPublic: !restricted, notes: [] }
  if (asked === false || restricted || client === 'when asked' || !canAskSigstore(job)) return NONE
  return byItself(question, manifests)
}

function byItself(
  { step, provider, run }: ProvenanceQuestion,
  manifests: readonly BuildManifest[],
): ProvenancePlan {
  const { simulate, describe } = findProvider(provider)
  const own = describe(simulate(run), run.issuer).repositoryUrl
  const foreign = manifests.filter(({ repository }) => repositoryUrl(repository) !== own)
  if (foreign.length === 0) return { made: true, asPublic: true, notes: [] }
  const isNpmjs = hostOf(registryOf(step)) === hostOf(PUBLIC.npm)
  return isNpmjs ? { ...NONE, notes: [refusedByNpmjs(foreign, own)] } : NONE
}

function refusedByNpmjs(foreign: readonly BuildManifest[], own: string): string {
  const named = foreign.map(
    ({ name, repository }) => `${name} (${repositoryUrl(repository) ?? 'none'})`,
  )
  return `No provenance was played, as "repository" in package.json is another one: ${named.join(', ')}. If ${own} is public, npm makes provenance by itself and npmjs.com refuses the version; write that address into "repository".`
}

function askedByFlag(step: PublishStep): boolean | undefined {
  if (step.args.includes('--no-provenance')) return false
  const value = flagValue(step, 'provenance')
  return value === undefined ? undefined : value !== 'false'
}

/** The value of a flag, in the same word or in the next one. */
function flagValue({ args }: PublishStep, flag: string): string | undefined {
  const at = args.findLastIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`))
  if (at === -1) return undefined
  const [, value = args[at + 1] ?? ''] = /^--[^=]+=(.*)$/.exec(args[at] ?? '') ?? []
  return value
}

function canAskSigstore({ idToken }: PublishJob): boolean {
  const variables = idToken.variables.map(({ name }) => name)
  return idToken.granted && (variables.length === 0 || variables.includes(SIGSTORE_VARIABLE))
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
