import type { Edit } from '../../edits/edit.ts'
import { removeItem } from '../../edits/yaml-edits.ts'
import { uploadsOf } from '../../release.ts'
import { child, textOf } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'

/** A line that gets an ID token, exchanges it, or takes the token out of the answer, and does nothing else. */
const RECIPE =
  /^\s*(?:export\s+)?\w+=["']?\$\((?:[^)]|\)(?!["']?\s*$))*(?:mint-token|python3? -m id\b|jq\b)[\s\S]*\)["']?\s*$/

/** The recipe of older documentation: an exchange by curl, of which no failure is seen. */
export const gitlabExchange: Rewrite = {
  id: 'gitlab-exchange',
  title: 'GitLab: takes out an exchange by curl, which twine and uv make themselves.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const { job } of uploadsOf(release)) {
      const recipe = job.steps.filter(({ tree }) => RECIPE.test(textOf(tree) ?? ''))
      if (!recipe.some(({ tree }) => /mint-token/.test(textOf(tree) ?? ''))) continue
      const edits = recipe.map(({ tree }): Edit | undefined => {
        const source = release.source(tree.place.file)
        const lists = ['script', 'before_script'].map((key) => child(job.source.written, key))
        return lists
          .map((list) => source && list && removeItem(source, list, tree))
          .find((edit) => edit !== undefined)
      })
      if (edits.some((edit) => edit === undefined)) continue
      yield {
        place: recipe[0]?.place ?? job.place,
        sentence: `The exchange by curl in job "${job.id}" is gone: the client makes it, and says why if it fails.`,
        edits: edits.filter((edit) => edit !== undefined),
      }
    }
  },
}
