import { join, posix, relative, resolve } from 'node:path'
import { writePlan } from '@trustpub/project'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import { colouredDiff } from '../definition/coloured-diff.ts'
import { findDefinition } from '../definition/find.ts'
import { type Loaded, loadDefinition } from '../definition/load.ts'
import { printReport, reportOf } from '../definition/report.ts'
import type { Ui } from '../ui/ui.ts'

/** `trustpub synth` */
export const command: Command = {
  synopsis: 'synth [directory] [options]',
  description: `Writes all files that the definition of a project describes: manifests, the release workflow and the record of its
trusted publishers. The definition is .trustpubrc.ts, .mts, .mjs, .js or .json; its import of @trustpub/project
always means the version that comes with this program, so nothing has to be installed in the project. Files that
were written by hand are never overwritten.`,
  options: {
    check: {
      type: 'boolean',
      help: 'write nothing; show as a diff what would change, and fail if anything would',
    },
    watch: { type: 'boolean', help: 'synthesise again whenever the definition changes' },
    adopt: {
      type: 'string',
      multiple: true,
      value: '<path>',
      help: 'take over this file although it was not generated; may be repeated',
    },
    registration: {
      type: 'boolean',
      help: 'show what to enter at the registries, also if it is the same as before',
    },
  },
  examples: [
    ['trustpub synth', 'bring all files up to date'],
    ['trustpub synth --check', 'in CI: fail if somebody forgot to'],
    ['trustpub synth --adopt package.json', 'the first time, in a project that has one already'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [directory = '.', surplus] = args.positionals
  if (surplus !== undefined)
    throw new UsageError(`synth takes one directory, not also "${surplus}".`)

  const shownFrom = process.cwd()
  const folder = resolve(directory)
  const definition = findDefinition(folder)
  if (args.flag('watch')) return watch(join(folder, definition), args, ui)

  process.chdir(folder)
  const adopt = args.texts('adopt').map((path) => posix.normalize(path))
  const loaded = await loadDefinition(definition, { adopt, shownFrom })
  const shown = relative(shownFrom, join(folder, definition))
  if (args.flag('check')) return check(loaded, shown, args, ui)

  writePlan(loaded.plan)
  const report = reportOf(shown, loaded)
  if (args.flag('json')) ui.printJson(report)
  else printReport(report, ui, { registration: args.flag('registration'), hint: true })
  return 0
}

async function check(
  loaded: Loaded,
  definition: string,
  args: Arguments,
  ui: Ui,
): Promise<ExitStatus> {
  const { changes, notes } = loaded.plan
  const diffs = await diffsOf(changes)
  const status = changes.length === 0 ? 0 : 1
  if (args.flag('json')) {
    const withDiffs = changes.map(({ kind, path }, index) => ({ kind, path, diff: diffs[index] }))
    ui.printJson({ ...reportOf(definition, loaded), changes: withDiffs })
    return status
  }
  for (const diff of diffs) ui.print(colouredDiff(diff, ui.colour))
  // Not to stdout: that is a patch.
  for (const note of notes) ui.progress(`note: ${note}`)
  if (status === 0) ui.print(`All files are as ${definition} says.`)
  else
    ui.problem(
      `${notAs(changes.length)} as ${definition} says. To change that, run: trustpub synth`,
    )
  return status
}

/** Most checks find no difference, and need nothing that could show one. */
async function diffsOf(changes: Loaded['plan']['changes']): Promise<readonly string[]> {
  if (changes.length === 0) return []
  const { diffOf } = await import('../definition/diff.ts')
  return changes.map(diffOf)
}

function notAs(count: number): string {
  return count === 1 ? '1 file is not' : `${count} files are not`
}

async function watch(definition: string, args: Arguments, ui: Ui): Promise<ExitStatus> {
  if (args.flag('check')) {
    throw new UsageError('--watch writes files, --check does not; use one of them.')
  }
  // Only here, since synthesis runs on every push.
  const { synthesiseOnChanges } = await import('../definition/watch.ts')
  const options = {
    definition,
    adopt: args.texts('adopt'),
    json: args.flag('json'),
    registration: args.flag('registration'),
  }
  await synthesiseOnChanges(options, ui)
  return 0
}
