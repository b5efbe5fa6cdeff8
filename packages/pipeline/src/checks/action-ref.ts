import { uploadsOf } from '../release.ts'
import { jobsUntil } from './artifacts.ts'
import type { Check } from './check.ts'

/** Refs that people write by habit and that were never there (pycontribs/jira#1909, insarlab/PySolid#44, setup-uv#953). */
const MISSING: readonly { readonly name: string; readonly ref: RegExp; readonly use: string }[] = [
  {
    name: 'pypa/gh-action-pypi-publish',
    ref: /^(?:v1|release\/v1\..*)$/,
    use: 'Use the branch `release/v1`, or a tag in full such as `v1.13.0`.',
  },
  {
    name: 'astral-sh/setup-uv',
    ref: /^v(?:[89]|[1-9]\d)(?:\.\d+)?$/,
    use: 'From 8 on it has tags in full only, such as `v8.1.0`.',
  },
]

/** F27: GitHub fetches all actions of a job before its first step. */
export const actionRef: Check = {
  id: 'action-ref',
  title: 'a tag or branch of an action that does not exist',
  failures: ['F27'],
  severity: 'error',
  *find(release) {
    const jobs = new Set(uploadsOf(release).flatMap(({ job }) => jobsUntil(release, job)))
    for (const { steps } of jobs) {
      for (const { action, place } of steps) {
        const missing = MISSING.find(
          ({ name, ref }) => name === action?.name && ref.test(action.ref),
        )
        if (action === undefined || missing === undefined) continue
        yield {
          place,
          message: `"Unable to resolve action \`${action.name}@${action.ref}\`, unable to find version \`${action.ref}\`": the action has no such tag or branch, and the job stops before its first step.`,
          fix: missing.use,
        }
      }
    }
  },
}
