import type { PublishJob, PublishStep } from '../model.ts'
import { hostOf } from '../publishers/registries.ts'
import type { Check, Found } from './check.ts'

/** Mirrors of npmjs.com, which take no uploads. */
const MIRRORS = [
  'registry.yarnpkg.com',
  'registry.npmmirror.com',
  'registry.npm.taobao.org',
  'skimdb.npmjs.com',
]

/** F18: the package goes to another host than the one that trusts the workflow. */
export const wrongRegistry: Check = {
  id: 'wrong-registry',
  title: 'an upload with an ID token to a mirror, or over plain http',
  failures: ['F18'],
  severity: 'error',
  *find({ pipeline }) {
    for (const job of pipeline.jobs) {
      for (const step of job.publishes) {
        const found =
          job.idToken.granted && step.ecosystem === 'npm' ? judged(step, job) : undefined
        if (found !== undefined) yield found
      }
    }
  },
}

function judged(step: PublishStep, job: PublishJob): Found | undefined {
  const { registry, storedSecrets, place, text } = step
  if (registry === undefined || storedSecrets.length > 0) return undefined
  const host = hostOf(registry)
  if (MIRRORS.includes(host)) {
    return {
      place,
      message: `\`${text}\` in job "${job.id}" goes to ${host}, a mirror that takes no uploads and exchanges no ID tokens: "npm error code ENEEDAUTH … You need to authorize this machine".`,
      fix: 'Take the `registry` line out of .npmrc (or `publishConfig`), or publish with `--registry https://registry.npmjs.org/`.',
    }
  }
  if (/^http:\/\/registry\.npmjs\.org/.test(registry)) {
    return {
      place,
      message: `\`${text}\` in job "${job.id}" goes to npmjs.com over plain http, which it refuses.`,
      fix: 'Write `https://registry.npmjs.org/`.',
    }
  }
  return undefined
}
