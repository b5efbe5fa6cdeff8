import { type TrustedUpload, uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'
import { SHADOWING, unsets } from './gitlab-unset.ts'

/** Variables of a GitLab project reach every job, whatever the file says. */
export const gitlabSecrets: Rewrite = {
  id: 'gitlab-secrets',
  title: 'GitLab: names the variables of the settings that are to be deleted.',
  isAfterwards: true,
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      if (upload.credentials !== 'trusted') continue
      const sentence = sentenceFor(upload)
      if (sentence !== undefined) yield { place: upload.job.place, sentence }
    }
  },
}

function sentenceFor({ job, step }: TrustedUpload): string | undefined {
  const { client, args } = step
  const names = SHADOWING[client]
  if (client === 'semantic-release') {
    return 'semantic-release exchanges an ID token before it looks for NPM_TOKEN: if the settings of the project or its group have that, delete it after the first release.'
  }
  if (names === undefined) return undefined
  const all = names.join(', ').replace(/, (?=[^,]*$)/, ' or ')
  if (unsets(job, names)) {
    return `If the settings of the project or its group have ${all}, delete them after the first release: job "${job.id}" no longer uses them.`
  }
  const isAlways = args.join(' ').includes('--trusted-publishing always')
  const what = isAlways
    ? 'uv ends with an error where it finds them beside `--trusted-publishing always`'
    : `${client} would take them and exchange nothing, without a word, so the release would prove nothing`
  return `The settings of the project and its group must not have ${all}, which reach every job: ${what}. Delete them before the first release, or \`unset\` them in job "${job.id}".`
}
