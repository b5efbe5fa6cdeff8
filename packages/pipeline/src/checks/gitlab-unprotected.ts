import type { PublishJob } from '../model.ts'
import { child, type Tree } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { uploadsWith } from './compare-publishers.ts'

/** F38: the old token was a protected variable; an ID token goes to every tag. */
export const gitlabUnprotected: Check = {
  id: 'gitlab-unprotected',
  title: 'a GitLab job that publishes from refs that nobody protects',
  failures: ['F38'],
  severity: 'note',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    const jobs = uploadsWith(['trusted'], release).map((upload) => upload.job)
    for (const job of new Set(jobs)) {
      if (isGuarded(job)) continue
      yield {
        place: job.place,
        message: `Job "${job.id}" gets ID tokens on every ref that starts it. A token that was a protected variable did not reach unprotected tags: whoever may push a tag can publish now.`,
        fix: 'Protect the tags, add `&& $CI_COMMIT_REF_PROTECTED == "true"` to the rule, and name a protected `environment:`.',
      }
    }
  },
}

/** Rules ask for a protected ref, or there is an environment, which the project can protect. */
function isGuarded({ source: { job, workflow } }: PublishJob): boolean {
  const rules = [child(job, 'rules'), child(job, 'only'), child(workflow, 'workflow', 'rules')]
  return child(job, 'environment') !== undefined || rules.some(asksForProtected)
}

function asksForProtected(rules: Tree | undefined): boolean {
  const text = JSON.stringify(rules?.value, (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  )
  return text?.includes('CI_COMMIT_REF_PROTECTED') === true
}
