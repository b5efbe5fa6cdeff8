import type { Claims } from '@trustpub/identity'
import type { Attestation, SigningServices, Statement } from '@trustpub/provenance'
import { type Artifact, titleOf } from '../artifact.ts'
import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import type { IdTokens } from '../id-tokens.ts'
import type { NpmArtifact } from '../npm/read.ts'
import type { PypiArtifact } from '../pypi/read.ts'
import type { Extras } from '../targets/target.ts'

/** `auto`: where nothing private becomes public by it and the registry takes it. */
export type When = 'auto' | 'always' | 'never'

export interface SigningChoice {
  /** SLSA provenance: of npm packages, and with `always` of Python distributions too. */
  readonly provenance: When
  /** PyPI publish attestations. */
  readonly attestations: When
  /** A Sigstore of one's own; the public one if absent. */
  readonly services: SigningServices | undefined
}

/** What a file is, and what is known of the run that publishes it. */
export interface ToSign {
  readonly artifact: Artifact
  readonly claims: Claims
  /** Whether everybody may read the package at its registry. */
  readonly isPublic: () => Promise<boolean>
}

/**
 * Makes what goes along with a file. Whatever is signed by the public Sigstore is in a public log for ever, so `auto`
 * signs there only what comes from a public repository and goes to everybody.
 * @throws Refusal if something was demanded and cannot be made
 */
export async function makeExtras(
  toSign: ToSign,
  choice: SigningChoice,
  idTokens: IdTokens,
  context: Context,
): Promise<Extras> {
  return isNpm(toSign.artifact)
    ? npmExtras(toSign.artifact, toSign, choice, idTokens, context)
    : pypiExtras(toSign.artifact as PypiArtifact, toSign, choice, idTokens, context)
}

function isNpm(artifact: Artifact): artifact is NpmArtifact {
  return artifact.ecosystem === 'npm'
}

async function npmExtras(
  artifact: NpmArtifact,
  toSign: ToSign,
  { provenance, services }: SigningChoice,
  idTokens: IdTokens,
  context: Context,
): Promise<Extras> {
  const obstacle = await obstacleTo(provenance, toSign, services)
  if (obstacle !== undefined) return without('provenance', artifact, provenance, obstacle, context)
  const { npmProvenance, npmSubject } = await import('@trustpub/provenance')
  const integrity = `sha512-${Buffer.from(artifact.digests.sha512 ?? '', 'hex').toString('base64')}`
  const subject = npmSubject(artifact.name, artifact.version, integrity)
  return orWithout('provenance', artifact, provenance, context, async () => {
    const statement = npmProvenance(idTokens.provider.id, context.env, subject)
    return { bundle: await signed(statement, services, idTokens) }
  })
}

async function pypiExtras(
  artifact: PypiArtifact,
  toSign: ToSign,
  { provenance, attestations, services }: SigningChoice,
  idTokens: IdTokens,
  context: Context,
): Promise<Extras> {
  if (attestations === 'never') return {}
  const given = artifact.attestations
  const obstacle = await obstacleTo(attestations, toSign, services)
  if (obstacle !== undefined) {
    const extras = without('attestations', artifact, attestations, obstacle, context)
    return given.length === 0 ? extras : { attestations: given }
  }
  const library = await import('@trustpub/provenance')
  const { filename, digests } = artifact
  const file = { filename, sha256: digests.sha256 ?? '' }
  const types = given.map(predicateTypeOf)
  return orWithout('attestations', artifact, attestations, context, async () => {
    const statements: Statement[] = []
    if (!types.includes(library.PYPI_PUBLISH)) statements.push(library.pypiPublishStatement(file))
    if (provenance === 'always' && !types.includes(library.SLSA_V1)) {
      const subject = library.pypiSubject(file)
      statements.push(library.pypiProvenance(idTokens.provider.id, context.env, subject))
    }
    const made: Attestation[] = []
    for (const statement of statements) {
      made.push(library.toAttestation(await signed(statement, services, idTokens)))
    }
    return { attestations: [...given, ...made] }
  })
}

async function signed(
  statement: Statement,
  services: SigningServices | undefined,
  idTokens: IdTokens,
) {
  const { SIGSTORE_AUDIENCE, sign } = await import('@trustpub/provenance')
  const identityToken = () => idTokens.request(SIGSTORE_AUDIENCE)
  return sign(statement, { identityToken, ...(services === undefined ? {} : { services }) })
}

/** Why nothing is to be signed, as half a sentence; undefined if it is. */
async function obstacleTo(
  when: When,
  { artifact, claims, isPublic }: ToSign,
  services: SigningServices | undefined,
): Promise<string | undefined> {
  if (when === 'never') return 'it was not wanted'
  if (when === 'always' || services !== undefined) return undefined
  const { repository_visibility: github, project_visibility: gitlab } = claims
  if (github !== 'public' && gitlab !== 'public') return 'the repository is not public'
  if (artifact.ecosystem === 'pypi' && isCalled(claims)) {
    return 'the job is in a workflow that another one calls, and indexes compare the one to the other'
  }
  return (await isPublic()) ? undefined : 'the package is not public, or not there yet'
}

/** The certificate names the calling workflow, PyPI's publishers the called one. */
function isCalled({ job_workflow_ref: called, workflow_ref: caller }: Claims): boolean {
  return called !== undefined && called !== caller
}

/** In `auto` mode what cannot be made is told and left out. */
async function orWithout(
  what: 'provenance' | 'attestations',
  artifact: Artifact,
  when: When,
  context: Context,
  make: () => Promise<Extras>,
): Promise<Extras> {
  try {
    return await make()
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    return without(what, artifact, when, reason, context)
  }
}

function without(
  what: 'provenance' | 'attestations',
  artifact: Artifact,
  when: When,
  reason: string,
  context: Context,
): Extras {
  const title = titleOf(artifact)
  if (when === 'always') throw refuse(`${what}_unavailable`, { what: title, reason })
  if (when === 'auto') context.progress(`${title}: no ${what}, because ${reason}`)
  return {}
}

function predicateTypeOf(attestation: unknown): unknown {
  const { envelope } = (attestation ?? {}) as { envelope?: { statement?: unknown } }
  try {
    const text = Buffer.from(String(envelope?.statement), 'base64').toString('utf8')
    return (JSON.parse(text) as { predicateType?: unknown }).predicateType
  } catch {
    return undefined
  }
}
