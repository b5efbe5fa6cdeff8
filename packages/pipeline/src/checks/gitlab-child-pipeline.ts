import type { Release } from '../release.ts'
import { child, isMap, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F36: the ID tokens of a child pipeline name the CI file of its parent. */
export const gitlabChildPipeline: Check = {
  id: 'gitlab-child-pipeline',
  title: 'a GitLab child pipeline that publishes',
  failures: ['F36'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const { id, entry, source } of release.pipeline.otherJobs) {
      const include = child(source.job, 'trigger', 'include')
      for (const file of localFiles(include).filter((one) => publishes(one, release))) {
        const isRecorded = release.record?.some(({ fields }) => fields.workflow === file) === true
        yield {
          ...(!isRecorded && { severity: 'note' as const }),
          place: include?.place ?? source.job.place,
          message: `Job "${id}" starts ${file}, which publishes and is not read. The ID tokens of a child pipeline name the file at the top, ${entry}${isRecorded ? `, and trusted-publishers.json names ${file}: the exchange is refused` : ': a publisher that names another file refuses them'}.`,
          fix: `Name ${entry} in the publisher, or include ${file} in ${entry} instead of starting it, so that all of it is checked.`,
        }
      }
    }
  },
}

/** `include: ci/publish.yml`, `include: { local: … }`, or a list of either. */
function localFiles(include: Tree | undefined): readonly string[] {
  if (include === undefined) return []
  if (textOf(include) === undefined && !isMap(include)) return itemsOf(include).flatMap(localFiles)
  const file = textOf(include) ?? textOf(child(include, 'local'))
  return file === undefined || /^https?:|[$*]/.test(file) ? [] : [file.replace(/^\/+/, '')]
}

const PUBLISH =
  /^[^#\n]*\b(?:(?:npm|pnpm|uv|poetry|flit|hatch|changeset|lerna) publish|twine upload|semantic-release)\b/m

function publishes(file: string, { source }: Release): boolean {
  return PUBLISH.test(source(file)?.text ?? '')
}
