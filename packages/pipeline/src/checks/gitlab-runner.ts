import { hostOf } from '../publishers/registries.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F37: npmjs.com takes ID tokens from GitLab's own runners only. */
export const gitlabRunner: Check = {
  id: 'gitlab-runner',
  title: "an npm publish at GitLab on tagged runners that are not GitLab's own",
  failures: ['F37'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const { job, registry, credentials } of uploadsOf(release)) {
      if (credentials === 'token' || hostOf(registry) !== 'registry.npmjs.org') continue
      const tags = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : []))
      // A tag that only a run knows tells nothing.
      const own = tags.find((tag) => !/^(?:saas-|gitlab-org)/.test(tag) && !tag.includes('$'))
      if (own === undefined) continue
      yield {
        place: job.source.job.place,
        message: `Job "${job.id}" asks for runners tagged "${own}". If they are your own, its ID token says self-hosted, and npmjs.com refuses it.`,
        fix: "Leave `tags:` out of the job that publishes, or use one of GitLab's (`saas-linux-small-amd64`).",
      }
    }
  },
}
