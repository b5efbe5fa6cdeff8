import type { Edit } from '../edits/edit.ts'
import { replacePart } from '../edits/yaml-edits.ts'
import type { PublishStep } from '../model.ts'
import type { Release } from '../release.ts'
import { child } from '../yaml/tree.ts'
import type { Check } from './check.ts'

const PYPI = 'https://upload.pypi.org/legacy/'
const TESTPYPI = 'https://test.pypi.org/legacy/'

/** Addresses that people write, and the one that takes uploads. */
const UPLOADS: readonly (readonly [wrong: RegExp, right: string])[] = [
  [
    /^https?:\/\/(?:www\.)?(?:test\.pypi\.org(?!\/legacy\/$)|testpypi\.python\.org|upload\.test\.pypi\.org).*$/,
    TESTPYPI,
  ],
  [
    /^https?:\/\/(?:www\.)?(?:(?:upload\.)?pypi\.org(?!\/legacy\/$)|(?:upload\.)?pypi\.python\.org).*$/,
    PYPI,
  ],
  [/^https?:\/\/(?:www\.)?pypi\.org\/legacy\/$/, PYPI],
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
        // uv follows the redirect to the same host.
        const followed = step.client === 'uv' && `${registry}/` === right
        yield {
          ...(followed && { severity: 'warning' as const }),
          place: step.place,
          message: `\`${step.text}\` uploads to ${registry}, which takes no uploads: ${saidOf(step, registry, right)}, and nothing is published.`,
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

/** What stands at the end of the log. */
function saidOf({ client }: PublishStep, registry: string, right: string): string {
  if (client === 'uv') {
    return '"POST requests are not supported by the endpoint, are you using the simple index URL instead of the upload URL?"'
  }
  if (client !== 'twine') return 'it answers with a page or a redirect'
  return `${registry}/` === right
    ? '"RedirectDetected: … Your repository URL is missing a trailing slash" or "400 Bad Request"'
    : '"InvalidPyPIUploadURL: It appears you\'re trying to upload to pypi.org but have an invalid URL."'
}
