import type { PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { attests, certainlyAttests } from './attestations.ts'
import type { Check } from './check.ts'
import { splitOutside } from './starts.ts'

/** F26: the second upload of a job finds the attestations of the first. */
export const twoUploads: Check = {
  id: 'two-uploads',
  title: 'two uploads with attestations in one job, as to TestPyPI and then to PyPI',
  failures: ['F26'],
  severity: 'error',
  *find(release) {
    const uploads = uploadsOf(release).filter(({ step }) => attests(step))
    for (const { job, step } of uploads) {
      const earlier = uploads.find(
        (other) =>
          other.job === job &&
          other.step !== step &&
          isBefore(other.step, step) &&
          folder(other.step) === folder(step),
      )
      if (earlier === undefined) continue
      const [first, second] = [earlier.step, step].map(({ within }) => textOf(child(within, 'if')))
      if (isEitherOr(first, second)) continue
      const certain =
        first === undefined && second === undefined && [earlier.step, step].every(certainlyAttests)
      yield {
        ...(!certain && { severity: 'warning' as const }),
        place: step.place,
        message: `Job "${job.id}" has uploaded ${folder(step)}/ before, with attestations${certainlyAttests(earlier.step) ? '' : ', if the action is of 1.11 or newer,'} that lie beside the files now: "The following distributions already have publish attestations", and this upload fails.`,
        fix: 'Upload to each index in a job of its own that downloads the artifact, or set `attestations: false` for the first.',
      }
    }
  },
}

/** Whether one condition asks for something that the other one denies, or a run by hand and a tag part them. */
function isEitherOr(one: string | undefined, other: string | undefined): boolean {
  const [first, second] = [termsOf(one), termsOf(other)]
  return first.some((term) =>
    second.some(
      (against) =>
        isOpposite(term, against) ||
        (isInput(term) && isTag(against)) ||
        (isTag(term) && isInput(against)),
    ),
  )
}

/** What has to hold altogether; `x != true` is written `!x`. */
function termsOf(condition: string | undefined): readonly string[] {
  const text = (condition ?? '').trim().replace(/^\$\{\{\s*(.*?)\s*\}\}$/s, '$1')
  if (splitOutside(text, '||').length > 1) return [text]
  return splitOutside(text, '&&').map((term) =>
    term
      .trim()
      .replace(/^(\w+\([^()]*\))\s*(?:!=\s*true|==\s*false)$/, '!$1')
      .replace(/^(\w+\([^()]*\))\s*(?:==\s*true|!=\s*false)$/, '$1'),
  )
}

/** `inputs.index == 'testpypi'` and `inputs.index == 'pypi'`, `… != …` of the same, or one that is `!` of the other. */
function isOpposite(first: string, second: string): boolean {
  if (isNot(first, second) || isNot(second, first)) return true
  const [a, b] = [first, second].map((text) => /^(.+?)\s*(==|!=)\s*('[^']*'|\w+)$/.exec(text))
  if (!a || !b || a[1] !== b[1] || /&&|\|\|/.test(a[1] ?? '')) return false
  return a[2] === b[2] ? a[2] === '==' && a[3] !== b[3] : a[3] === b[3]
}

/** `inputs.testpypi`, a switch of a run by hand. */
function isInput(text: string): boolean {
  return /^(?:github\.event\.)?inputs\.[\w-]+(?:\s*==\s*(?:true|'true'))?$/.test(text)
}

function isTag(text: string): boolean {
  return /^startsWith\(\s*github\.ref\s*,\s*'refs\/tags[^']*'\s*\)$/.test(text)
}

/** `!startsWith(…)` of `startsWith(…)`, or `!(…)` of anything. */
function isNot(text: string, other: string): boolean {
  const isCall = /^\w+\([^()]*\)$/.test(other)
  return other !== '' && (text === `!(${other})` || (isCall && text === `!${other}`))
}

function isBefore(a: PublishStep, b: PublishStep): boolean {
  return a.place.file === b.place.file && a.place.line < b.place.line
}

function folder({ within }: PublishStep): string {
  const inputs = child(within, 'with')
  return (
    textOf(child(inputs, 'packages-dir')) ??
    textOf(child(inputs, 'packages_dir')) ??
    'dist'
  ).replace(/\/+$/, '')
}
