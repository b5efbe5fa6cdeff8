import { uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'

/** Variables of a GitLab project reach every job, whatever the file says. */
export const gitlabSecrets: Rewrite = {
  id: 'gitlab-secrets',
  title: 'GitLab: names the variables of the project that would still come first.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const { job, step } of uploadsOf(release)) {
      const variables = VARIABLES[step.client]
      if (variables === undefined) continue
      yield {
        place: job.place,
        sentence: `If the settings of the project or its group set ${variables}, delete them after the first release: they reach every job, and ${step.client} takes them before it exchanges an ID token.`,
      }
    }
  },
}

const VARIABLES: Readonly<Record<string, string>> = {
  twine: 'TWINE_USERNAME or TWINE_PASSWORD',
  uv: 'UV_PUBLISH_TOKEN or UV_PUBLISH_PASSWORD',
  yarn: 'YARN_NPM_AUTH_TOKEN',
}
