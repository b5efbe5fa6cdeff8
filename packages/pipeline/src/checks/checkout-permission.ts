import { type Release, uploadsOf } from '../release.ts'
import { added, blockOf } from './added.ts'
import type { Check } from './check.ts'

/** F39: a permissions block for the ID token has taken away the right to read. */
export const checkoutPermission: Check = {
  id: 'checkout-permission',
  title: 'a job that checks out and may not read the contents',
  failures: ['F39'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const { job } of uploadsOf(release)) {
      const { from, scopes, all, place } = job.permissions
      const checkout = job.steps.find(({ action }) => action?.name === 'actions/checkout')
      if (checkout === undefined || from === 'default' || all !== undefined) continue
      if ((scopes.get('contents') ?? 'none') !== 'none' || checkout.inputs.has('token')) continue
      yield {
        // Who hands the code out under a licence has it in a public repository.
        ...(isLicensed(release) && { severity: 'note' as const }),
        place: place ?? job.place,
        message: `Job "${job.id}" checks out, and its permissions do not list \`contents\`. In a private repository the checkout ends with "remote: Repository not found"; in a public one it works.`,
        fix: 'Add `contents: read` beside `id-token: write`.',
        ...added(release, blockOf(job), ['contents: read']),
      }
    }
  },
}

const LICENSES = ['', '.md', '.txt', '.rst'].flatMap((end) =>
  ['LICENSE', 'LICENCE', 'COPYING'].map((name) => name + end),
)

function isLicensed({ source }: Release): boolean {
  return LICENSES.some((file) => source(file) !== undefined)
}
