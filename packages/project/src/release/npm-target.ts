import { refuse } from '../errors.ts'
import type { NpmPublishOptions } from '../options/publish.ts'
import { isGithubPackages, NPM_REGISTRY, type NpmTarget, plainAddress } from './targets.ts'

/** What the project itself says about its npm package. */
export interface NpmContext {
  /** The project type, for errors. */
  readonly type: string
  readonly package: string
  readonly access: 'public' | 'restricted' | undefined
  readonly releaseEnvironment: string | undefined
}

/** The options of a Node project that are about publishing to npm, in ours and in projen's words. */
export interface NpmWords {
  readonly publishToNpm?: boolean | NpmPublishOptions | undefined
  readonly npmPublishOptions?: NpmPublishOptions | undefined
  readonly releaseToNpm?: boolean | undefined
  readonly npmTrustedPublishing?: boolean | undefined
  readonly npmTokenSecret?: string | undefined
  readonly npmProvenance?: boolean | undefined
  readonly npmRegistryUrl?: string | undefined
}

/**
 * Brings the ways to say it together. Undefined if nothing is to be published to npm.
 * @throws ProjectError `option_conflict` where two of them disagree
 */
export function npmPublishOptions(
  type: string,
  words: NpmWords,
  publishByDefault = false,
): NpmPublishOptions | undefined {
  const { publishToNpm, releaseToNpm } = words
  const asked = publishToNpm === undefined ? releaseToNpm : publishToNpm !== false
  if (publishToNpm !== undefined && releaseToNpm !== undefined && asked !== releaseToNpm) {
    throw conflict(type, 'publishToNpm', 'releaseToNpm', 'they are two names of one option.')
  }
  const nested = typeof publishToNpm === 'object' ? publishToNpm : {}
  const merged = merge(type, nested, words.npmPublishOptions ?? {}, {
    trustedPublishing: words.npmTrustedPublishing,
    npmTokenSecret: words.npmTokenSecret,
    npmProvenance: words.npmProvenance,
    registry: words.npmRegistryUrl,
  })
  if (asked ?? publishByDefault) return merged
  if (asked === undefined && merged.trustedPublishing === true) {
    throw conflict(
      type,
      'trustedPublishing',
      'the missing publishToNpm',
      'nothing would be published. Set publishToNpm: true.',
    )
  }
  return undefined
}

/** The sources of options may repeat each other, but not disagree. */
function merge(type: string, ...sources: readonly NpmPublishOptions[]): NpmPublishOptions {
  const merged: Record<string, unknown> = {}
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) {
      if (value === undefined) continue
      if (merged[name] !== undefined && merged[name] !== value) {
        throw conflict(
          type,
          `${name}: ${JSON.stringify(merged[name])}`,
          `${name}: ${JSON.stringify(value)}`,
          'the option is given twice. Keep one of the two.',
        )
      }
      merged[name] = value
    }
  }
  return merged
}

/** A name that npm gives to a new package (docs.npmjs.com, "package.json"). */
const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const MAX_NAME_LENGTH = 214

function checkName(type: string, value: string): void {
  if (NAME.test(value) && value.length <= MAX_NAME_LENGTH) return
  throw refuse('option_invalid', {
    type,
    option: 'packageName',
    value,
    reason:
      'npm takes names of small letters, digits, and . _ ~ - in between, with a scope as @acme/widget.',
  })
}

/**
 * The npm package as a target of the release.
 * @throws ProjectError `option_conflict`, `option_invalid`
 */
export function npmTarget(options: NpmPublishOptions, context: NpmContext): NpmTarget {
  const { type, access } = context
  const trusted = options.trustedPublishing ?? false
  const registry = registryUrl(type, options.registry ?? NPM_REGISTRY)
  checkName(type, context.package)
  if (trusted) checkTrusted(type, options, registry)
  if (access === 'restricted' && !context.package.startsWith('@')) {
    throw conflict(
      type,
      "npmAccess: 'restricted'",
      `the name ${context.package}`,
      'npm restricts scoped packages only. Name it @owner/name, or leave npmAccess out.',
    )
  }
  if (options.npmProvenance === true && access === 'restricted') {
    throw conflict(
      type,
      'npmProvenance: true',
      "npmAccess: 'restricted'",
      'npm makes provenance for public packages only. Set npmAccess to public, or leave npmProvenance out.',
    )
  }
  return {
    kind: 'npm',
    job: 'release_npm',
    package: context.package,
    registry,
    trusted,
    access,
    provenance: options.npmProvenance,
    tokenSecret: trusted ? undefined : (options.npmTokenSecret ?? defaultSecret(registry)),
    environment: options.githubEnvironment ?? context.releaseEnvironment ?? 'npm',
    before: options.prePublishSteps ?? [],
    after: options.postPublishSteps ?? [],
  }
}

function checkTrusted(type: string, options: NpmPublishOptions, registry: string): void {
  if (options.npmTokenSecret !== undefined) {
    throw conflict(
      type,
      'trustedPublishing',
      `npmTokenSecret: ${JSON.stringify(options.npmTokenSecret)}`,
      'npm falls back to a stored token in silence, so nobody would notice that trusted publishing fails. Take npmTokenSecret out, and delete the secret once a release has worked.',
    )
  }
  if (isGithubPackages(registry)) {
    throw conflict(
      type,
      'trustedPublishing',
      `registry: ${JSON.stringify(registry)}`,
      'GitHub Packages has no trusted publishers. Leave trustedPublishing out: the job then uses the token that GitHub gives to each run, and nothing is stored either.',
    )
  }
}

/** GitHub Packages takes the token of the run. */
function defaultSecret(registry: string): string {
  return isGithubPackages(registry) ? 'GITHUB_TOKEN' : 'NPM_TOKEN'
}

/** projen takes hosts without a scheme too. */
function registryUrl(type: string, given: string): string {
  const address = plainAddress(/^[a-z][a-z+.-]*:\/\//i.test(given) ? given : `https://${given}`)
  if (address === undefined) {
    const reason = 'it is no web address.'
    throw refuse('option_invalid', { type, option: 'registry', value: given, reason })
  }
  return address.endsWith('/') ? address : `${address}/`
}

function conflict(type: string, first: string, second: string, reason: string): Error {
  return refuse('option_conflict', { type, first, second, reason })
}
