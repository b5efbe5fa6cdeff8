import { runnerOfOthers } from '../../checks/self-hosted-runner.ts'
import { hostOf } from '../../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'

/** Uploads with a token from machines that are not GitHub's own: npmjs.com would refuse what they exchange and prove. */
export const otherRunners: Rewrite = {
  id: 'other-runners',
  title: 'Leaves npm uploads on runners of others as they are.',
  *rewrite(release) {
    for (const upload of uploadsOf(release).filter((one) => runsOnOthers(one, release))) {
      const { job, step } = upload
      yield {
        place: step.place,
        sentence: `\`${step.text}\` keeps its token: job "${job.id}" runs on "${runnerOfOthers(job)}", and npmjs.com supports trusted publishing from GitHub's own machines only. Let the job that publishes run on one of those, e.g. \`ubuntu-latest\`, and run this again.`,
      }
    }
  },
}

/** Tells whether an upload has a token and would have to do without it on a runner that npmjs.com does not take. */
export function runsOnOthers(
  { job, step, registry, credentials }: TrustedUpload,
  { pipeline }: Release,
): boolean {
  return (
    pipeline.provider === 'github' &&
    step.ecosystem === 'npm' &&
    hostOf(registry) === 'registry.npmjs.org' &&
    (credentials === 'token' || credentials === 'both') &&
    runnerOfOthers(job) !== undefined
  )
}
