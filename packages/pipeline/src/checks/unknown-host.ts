import { hostOf } from '../publishers/registries.ts'
import { TRUSTING, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F32, F37: a server of one's own, whose ID tokens the public registries do not know. */
export const unknownHost: Check = {
  id: 'unknown-host',
  title: 'a repository on a server whose ID tokens npmjs.com and PyPI do not know',
  failures: ['F32', 'F37'],
  severity: 'error',
  *find(release) {
    const { host } = release.pipeline.repository
    if (host === undefined || KNOWN_HOSTS.test(host)) return
    for (const { job, step, registry, credentials } of uploadsOf(release)) {
      if (credentials !== 'trusted' || !TRUSTING.includes(hostOf(registry))) continue
      yield {
        place: step.place,
        message: `The repository is at ${host}. ${hostOf(registry)} knows the ID tokens of github.com and gitlab.com only, so the exchange of job "${job.id}" is refused ("unknown trusted publishing issuer" at PyPI, 401 at npmjs.com).`,
        fix: 'Publish from a mirror at github.com or gitlab.com, or with a stored token.',
      }
    }
  },
}

/** Forges elsewhere are mirrored to these as a rule; their git remote says nothing then. */
export const KNOWN_HOSTS: RegExp =
  /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)$/
