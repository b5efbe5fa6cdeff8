import { uploadsOf } from '../release.ts'
import { child } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F34: `id_tokens` where GitLab takes none. */
export const gitlabGlobalIdTokens: Check = {
  id: 'gitlab-global-id-tokens',
  title: '`id_tokens:` at the top level of .gitlab-ci.yml',
  failures: ['F34'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    const [upload] = uploadsOf(release)
    const global = child(upload?.job.source.workflow, 'id_tokens')
    if (global === undefined) return
    yield {
      place: global.place,
      message:
        '`id_tokens:` at the top level is no job and no default: GitLab refuses the file ("jobs id_tokens config should contain either a trigger or script keyword"), or no job gets an ID token.',
      fix: 'Move it into the job that publishes, or under `default:`.',
    }
  },
}
