import { replacePart } from '../edits/yaml-edits.ts'
import { uploadsOf } from '../release.ts'
import { child } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F29: uv tries the exchange, and hides why it failed. */
export const uvAutomatic: Check = {
  id: 'uv-automatic',
  title: '`uv publish` that hides why an exchange failed',
  failures: ['F29'],
  severity: 'note',
  *find(release) {
    for (const { step, credentials } of uploadsOf(release)) {
      if (step.client !== 'uv' || credentials !== 'trusted') continue
      if (step.args.some((arg) => arg.startsWith('--trusted-publishing'))) continue
      const source = release.source(step.place.file)
      const run = child(step.within, 'run') ?? step.within
      const edit =
        source && replacePart(source, run, 'uv publish', 'uv publish --trusted-publishing always')
      yield {
        place: step.place,
        message:
          'If the exchange fails, uv says "Missing credentials for https://upload.pypi.org/legacy/" instead of why.',
        fix: 'Write `uv publish --trusted-publishing always`: then it ends with the reason and the claims.',
        ...(edit !== undefined && { edits: [edit] }),
      }
    }
  },
}
