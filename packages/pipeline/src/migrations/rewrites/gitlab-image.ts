import { replaceText } from '../../edits/yaml-edits.ts'
import { uploadsOf } from '../../release.ts'
import { NPM_WITH_OIDC } from '../../steps/npm-versions.ts'
import { isCertainlyBelow } from '../../steps/tool-version.ts'
import { child, textOf } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'

/** An image with an npm that can exchange ID tokens. */
export const gitlabImage: Rewrite = {
  id: 'gitlab-image',
  title: 'GitLab: publishes npm packages in an image of Node 24.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const { job, step } of uploadsOf(release)) {
      const { npm, node } = step
      if (step.ecosystem !== 'npm' || npm?.from !== 'bundled' || node?.from !== 'image') continue
      if (!isCertainlyBelow(npm, NPM_WITH_OIDC)) continue
      const image = child(job.source.job, 'image')
      const name = textOf(image) === undefined ? child(image, 'name') : image
      const text = textOf(name) ?? ''
      const raised = text
        .replace(/(^|\/)node:\d+[\d.]*/, '$1node:24')
        .replace(/@sha256:[0-9a-f]+$/, '')
      const source = name && release.source(name.place.file)
      const edit = source && name && raised !== text ? replaceText(source, name, raised) : undefined
      if (edit === undefined) {
        yield {
          place: job.place,
          sentence: `Job "${job.id}" runs in ${text}, whose npm cannot exchange ID tokens: use node:24.`,
        }
        continue
      }
      yield {
        place: name?.place ?? job.place,
        sentence: `Job "${job.id}" runs in ${raised}: the npm of ${text} cannot exchange ID tokens.`,
        edits: [edit],
      }
    }
  },
}
