import { refuse } from '../errors.ts'
import { PYPI, TESTPYPI } from './read.ts'

/** PyPI's uploads have a host of their own. */
const PYPI_HOSTS = new Set([PYPI.host, TESTPYPI.host, 'pypi.org'])

/** Audiences by which services know ID tokens that are for them; npm registries have `npm:<host>`. */
const OF_OTHERS = new Set(['pypi', 'testpypi', 'sigstore', 'sts.amazonaws.com'])

/**
 * Lets an index choose no audience by which its operator could use the ID token elsewhere in the name of the job.
 * PyPI and TestPyPI may choose any.
 * @throws Refusal `audience_refused`
 */
export function requireOwnAudience({ host, hostname }: URL, audience: string): void {
  if (PYPI_HOSTS.has(host)) return
  const own = [`npm:${hostname}`, `npm:${host}`]
  const isOfNpm = audience.startsWith('npm:') && !own.includes(audience)
  if (isOfNpm || OF_OTHERS.has(audience)) throw refuse('audience_refused', { host, audience })
}
