import type { Claims, Provider } from '@trustpub/identity'

/** Said of every token, and what PyPI compares beside what the provider names. */
const ALWAYS = ['iss', 'aud', 'sub']
const IF_PRESENT = ['job_workflow_ref', 'environment']

/** The claims by which registries compare a token to trusted publishers; absent ones are empty. No secret is in them. */
export function comparedClaims(provider: Provider, claims: Claims): Record<string, string> {
  const { fields } = provider.example
  const checked = provider.check(fields, claims, provider.issuer).map(({ claim }) => claim)
  const present = IF_PRESENT.filter((claim) => claims[claim] !== undefined)
  const names = new Set([...ALWAYS, ...checked, ...present, ...provider.pinnedClaims])
  return Object.fromEntries([...names].map((name) => [name, textOf(claims[name])]))
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
