import { RECORD_FILE } from '@trustpub/identity/record'
import { type FileChange, type Registration, registrations } from '@trustpub/project'
import type { Ui } from '../ui/ui.ts'
import type { Loaded } from './load.ts'
import { registrationLines } from './registration.ts'

/** The result of a synthesis, as `--json` prints it. */
export interface SynthReport {
  /** The definition's name. */
  readonly definition: string
  readonly changes: readonly Pick<FileChange, 'kind' | 'path'>[]
  readonly notes: readonly string[]
  readonly registrations: readonly Registration[]
}

const DONE = { create: 'created', update: 'updated', delete: 'deleted' } as const

export function reportOf(definition: string, { project, plan }: Loaded): SynthReport {
  return {
    definition,
    changes: plan.changes.map(({ kind, path }) => ({ kind, path })),
    notes: plan.notes,
    registrations: registrations(project),
  }
}

/**
 * Prints what synthesis did, and what is left for a person to do: the registration, if it changed or is asked for. A
 * hint says where to see it otherwise.
 */
export function printReport(
  report: SynthReport,
  ui: Ui,
  { registration, hint }: { readonly registration: boolean; readonly hint: boolean },
): void {
  printChanges(report, ui)
  if (report.registrations.length === 0) return
  // If the record changes, so does what has to be entered at the registries.
  const changed = report.changes.some(({ path }) => path === RECORD_FILE)
  if (changed || registration) {
    ui.print()
    for (const line of registrationLines(report.registrations, ui.colour)) ui.print(line)
  } else if (hint) {
    ui.print(
      'The trusted publishers are the same as before; trustpub synth --registration shows them.',
    )
  }
}

/** One line for each file, and the notes. */
function printChanges({ definition, changes, notes }: SynthReport, ui: Ui): void {
  const paint = { create: ui.colour.green, update: ui.colour.yellow, delete: ui.colour.red }
  for (const { kind, path } of changes) ui.print(`${paint[kind](DONE[kind])}  ${path}`)
  if (changes.length === 0) ui.print(`All files are as ${definition} says; nothing was changed.`)
  for (const note of notes) ui.print(`${ui.colour.yellow('note')}     ${note}`)
}
