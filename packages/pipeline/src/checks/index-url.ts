import type { Edit } from '../edits/edit.ts'
import { replacePart } from '../edits/yaml-edits.ts'
import type { PublishStep } from '../model.ts'
import type { Release } from '../release.ts'
import { child } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** Addresses that people write, and the one that takes uploads. */
const UPLOADS: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/^https?:\/\/test\.pypi\.org(?!\/legacy\/$).*$/, 'https://test.pypi.org/legacy/'],
  [/^https?:\/\/(?:upload\.)?pypi\.org(?!\/legacy\/$).*$/, 'https://upload.pypi.org/legacy/'],
  [/^https:\/\/pypi\.org\/legacy\/$/, 'https://upload.pypi.org/legacy/'],
]

/** F24: the address of an index that is read from, or half of one. */
export const indexUrl: Check = {
  id: 'index-url',
  title: 'an address of PyPI or TestPyPI that takes no uploads',
  failures: ['F24'],
  severity: 'error',
  *find(release) {
    for (const job of release.pipeline.jobs) {
      for (const step of job.publishes) {
        const { registry } = step
        if (step.ecosystem !== 'pypi' || registry === undefined) continue
        const right = UPLOADS.find(([wrong]) => wrong.test(registry))?.[1]
        if (right === undefined) continue
        const edits = edited(step, registry, right, release)
        yield {
          place: step.place,
          message: `\`${step.text}\` uploads to ${registry}, which takes no uploads: the answer is a page or "POST requests are not supported by the endpoint", and nothing is published.`,
          fix: `Write ${right}, with \`/legacy/\` and the slash at its end.`,
          ...(edits !== undefined && { edits }),
        }
      }
    }
  },
}

function edited(
  step: PublishStep,
  wrong: string,
  right: string,
  release: Release,
): readonly Edit[] | undefined {
  const source = release.source(step.place.file)
  const within = child(step.within, 'with') ?? child(step.within, 'run') ?? step.within
  const edit = source && replacePart(source, within, wrong, right)
  return edit && [edit]
}
