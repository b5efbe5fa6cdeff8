import type { PublishJob, PublishStep } from '../model.ts'

/** Where each kind of package goes unless something else is said. */
export const PUBLIC = {
  npm: 'https://registry.npmjs.org/',
  pypi: 'https://upload.pypi.org/legacy/',
} as const

/** The public registries, which have trusted publishing. */
const TRUSTING = ['registry.npmjs.org', 'pypi.org', 'test.pypi.org']

/** Registries of CIs and clouds, which take the CI's own token or a stored one. */
const TOKEN_ONLY =
  /^https?:\/\/(?:npm\.pkg\.github\.com|[^/]*\.pkgs\.visualstudio\.com|pkgs\.dev\.azure\.com|[^/]*\.codeartifact\.[^/]*|[^/]*-(?:npm|python)\.pkg\.dev|[^/]+\/api\/v4\/(?:projects|groups|packages)\/)/

/** The registry that a step uploads to; the public one where the repository does not tell. */
export function registryOf({ registry, ecosystem }: PublishStep): string {
  return registry !== undefined && URL.canParse(registry) && !registry.includes('$')
    ? registry
    : PUBLIC[ecosystem]
}

/** What tells registries apart: the host, and PyPI has two names. */
export function hostOf(registry: string): string {
  const known = HOSTS.get(registry)
  if (known !== undefined) return known
  const host = URL.canParse(registry)
    ? new URL(registry).host.replace(/^upload\.pypi/, 'pypi')
    : registry
  HOSTS.set(registry, host)
  return host
}

/** A repository has a few registries, and asks for their hosts for every package again. */
const HOSTS = new Map<string, string>()

/** The audience that ID tokens for a registry must have. */
export function audienceOf(ecosystem: 'npm' | 'pypi', registry: string): string {
  // npm leaves the port out.
  if (ecosystem === 'npm') return `npm:${new URL(registry).hostname}`
  return hostOf(registry) === 'test.pypi.org' ? 'testpypi' : 'pypi'
}

/**
 * Why a step has nothing to do with trusted publishing: it uploads with a token to a registry that, as far as the
 * repository tells, takes no ID tokens. Undefined for a step that is to be played.
 */
export function whyTokenOnly(
  step: PublishStep,
  job: Pick<PublishJob, 'idToken'>,
  recordedRegistries: readonly string[],
): string | undefined {
  const registry = registryOf(step)
  const host = hostOf(registry)
  if (TRUSTING.includes(host)) return undefined
  if (recordedRegistries.some((recorded) => hostOf(recorded) === host)) return undefined
  const usesToken = !job.idToken.granted || step.storedSecrets.length > 0
  if (!usesToken && !TOKEN_ONLY.test(registry)) return undefined
  return `It uploads to ${host}, with a token as far as the repository tells, and is not played. If that registry accepts ID tokens, record the publisher in trusted-publishers.json.`
}
