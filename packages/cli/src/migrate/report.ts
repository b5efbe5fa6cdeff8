import type { ChangedFile, Migration } from '@trustpub/pipeline'
import { type Registration, registrationsOf } from '@trustpub/project'
import { colouredDiff } from '../definition/coloured-diff.ts'
import { diffOf } from '../definition/diff.ts'
import { registrationLines } from '../definition/registration.ts'
import { printable } from '../ui/printable.ts'
import type { Ui } from '../ui/ui.ts'

type Colour = Ui['colour']

/** A migration as `--json` prints it. */
export interface MigrationReport {
  readonly written: boolean
  readonly files: readonly { readonly kind: Kind; readonly file: string; readonly diff: string }[]
  readonly changes: readonly Sentence[]
  readonly left: readonly Sentence[]
  readonly publishers: Migration['publishers']
  readonly registrations: readonly Registration[]
  /** Secrets to delete once a release has succeeded. */
  readonly secrets: readonly string[]
}

interface Sentence {
  readonly file: string
  readonly line: number
  readonly sentence: string
}

type Kind = 'create' | 'update' | 'delete'

export function reportOf(migration: Migration, written: boolean): MigrationReport {
  const { files, changes, left, publishers, secrets } = migration
  return {
    written,
    files: files.map((one) => ({ kind: kindOf(one), file: one.file, diff: diff(one) })),
    changes: changes.map(sentenceOf),
    left: left.map(sentenceOf),
    publishers,
    registrations: registrationsOf(publishers),
    secrets,
  }
}

function sentenceOf({ place, sentence }: Migration['left'][number]): Sentence {
  return { file: place.file, line: place.line, sentence }
}

function kindOf({ before, after }: ChangedFile): Kind {
  if (after === undefined) return 'delete'
  return before === undefined ? 'create' : 'update'
}

function diff(one: ChangedFile): string {
  const { file: path, before, after } = one
  return diffOf({
    kind: kindOf(one),
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  })
}

/** The changes as a patch that `git apply` takes. */
export function patchLines({ files }: MigrationReport, colour: Colour): readonly string[] {
  return files.map((one) => colouredDiff(one.diff, colour))
}

/** What was done, what is left, and in which order to go on. */
export function explanation(found: MigrationReport, colour: Colour): readonly string[] {
  const report = printable(found)
  return [
    ...section('Changes', report.changes, colour.green('✓'), colour),
    ...section('Left as it is', report.left, colour.yellow('•'), colour),
    ...nextSteps(report, colour),
  ]
}

function section(
  title: string,
  sentences: readonly Sentence[],
  mark: string,
  colour: Colour,
): readonly string[] {
  if (sentences.length === 0) return []
  const lines = sentences.map(
    ({ file, line, sentence }) => `  ${mark} ${sentence} ${colour.dim(`${file}:${line}`)}`,
  )
  return [colour.bold(title), ...lines, '']
}

/** The order matters: a token that is gone before the publisher is there breaks the next release. */
function nextSteps(report: MigrationReport, colour: Colour): readonly string[] {
  const { files, registrations, secrets, written } = report
  if (files.length === 0) return []
  const fileStep = written
    ? 'Look at the changes: git diff'
    : 'Write the changes: trustpub migrate --write'
  const steps = [
    ...(files.length === 0 ? [] : [fileStep]),
    'Register the publishers, as shown below (trustpub trust apply does it for npm). They do no harm while the token is in use.',
    'Rehearse the release: trustpub rehearse',
    'Merge the changes, and release.',
    ...(secrets.length === 0
      ? []
      : [
          `After the first release that succeeds, delete the ${secrets.length === 1 ? 'secret' : 'secrets'} ${secrets.join(', ')}.`,
        ]),
    'Revoke the tokens of these packages at the registry. At npmjs.com also choose "Require two-factor authentication and disallow tokens".',
  ]
  return [
    colour.bold('Next, in this order'),
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
    ...registrationLines(registrations, colour),
  ]
}
