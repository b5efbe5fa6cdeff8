import { insertKeys } from '../../edits/yaml-edits.ts'
import type { Job, JobStep } from '../../job.ts'
import type { Release } from '../../release.ts'
import { child, isMap, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { releasingJobs } from './jobs.ts'

/** Commands and actions that push with what the checkout left in `.git/config`. */
const PUSHES =
  /^(?:git (?:.* )?push|semantic-release|lerna (?:publish|version)|release-it|np|auto|changeset tag|npm version|standard-version|python-semantic-release)\b/
const PUSHING =
  /^(?:changesets\/action|.*semantic-release.*|.*git-auto-commit.*|.*github-push.*|.*add-and-commit.*|.*create-pull-request.*|.*gh-pages.*)$/

/** The token of the run, which a checkout leaves in a file that every later step, and an artifact, can read. */
export const checkoutCredentials: Rewrite = {
  id: 'checkout-credentials',
  title:
    'Makes checkouts leave no token behind (`persist-credentials: false`), where nothing pushes.',
  *rewrite(release) {
    for (const job of releasingJobs(release)) {
      if (job.steps.some(pushes)) continue
      for (const step of job.steps) yield* withoutCredentials(step, job, release)
    }
  },
}

function pushes({ action, commands }: JobStep): boolean {
  return (
    (action !== undefined && PUSHING.test(action.name)) ||
    commands.some(({ words }) => PUSHES.test(words.join(' ')))
  )
}

function* withoutCredentials(step: JobStep, { id }: Job, release: Release): Iterable<Outcome> {
  if (step.action?.name !== 'actions/checkout' || step.inAction !== undefined) return
  const source = release.source(step.place.file)
  const inputs = child(step.tree, 'with')
  if (source === undefined || textOf(child(inputs, 'persist-credentials')) !== undefined) return
  const edit = isMap(inputs)
    ? insertKeys(source, inputs, ['persist-credentials: false'])
    : insertKeys(source, step.tree, ['with:', '  persist-credentials: false'], { after: 'uses' })
  if (edit === undefined) return
  const sentence = `The checkout in job "${id}" leaves no token of the run behind.`
  yield { place: step.place, sentence, edits: [edit] }
}
