import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F38: the old token was a protected variable; an ID token goes to every tag. */
export const gitlabUnprotected: Check = {
  id: 'gitlab-unprotected',
  title: 'a GitLab job that publishes from refs that nobody protects',
  failures: ['F38'],
  severity: 'note',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const job of new Set(
      uploadsOf(release)
        .filter(({ credentials }) => credentials === 'trusted')
        .map((upload) => upload.job),
    )) {
      const rules = JSON.stringify(
        [
          child(job.source.job, 'rules'),
          child(job.source.job, 'only'),
          child(job.source.workflow, 'workflow'),
        ],
        (_, value) => (value instanceof Map ? [...value] : value),
      )
      const guarded =
        rules.includes('CI_COMMIT_REF_PROTECTED') ||
        textOf(child(job.source.job, 'environment')) !== undefined ||
        child(job.source.job, 'environment') !== undefined
      if (guarded) continue
      yield {
        place: job.place,
        message: `Job "${job.id}" gets ID tokens on every ref that starts it. A token that was a protected variable did not reach unprotected tags: whoever may push a tag can publish now.`,
        fix: 'Protect the tags, add `&& $CI_COMMIT_REF_PROTECTED == "true"` to the rule, and name a protected `environment:`.',
      }
    }
  },
}
