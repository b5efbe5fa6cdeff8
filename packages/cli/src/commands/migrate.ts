import { resolve } from 'node:path'
import { type Migration, PipelineError, planMigration } from '@trustpub/pipeline'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import { explanation, type MigrationReport, patchLines, reportOf } from '../migrate/report.ts'
import { writeFiles } from '../migrate/write.ts'
import type { Ui } from '../ui/ui.ts'

/** `trustpub migrate` */
export const command: Command = {
  synopsis: 'migrate [directory] [options]',
  description: `Moves a repository from stored tokens to trusted publishing with the smallest edit of its workflows: leave to ask for
ID tokens, tokens taken out where publishing was their only use, clients brought to versions that can exchange, or
replaced where none can. Everything else stays as it is, byte for byte, and what cannot be proved is left alone and said.
By default nothing is written: the patch goes to stdout, what it does and what comes next to stderr, so that
trustpub migrate | git apply works. It writes trusted-publishers.json, which doctor, rehearse and trust go by.
Generated workflows are not edited; it says which option of the generator to change. A second run changes nothing.`,
  options: {
    write: { type: 'boolean', help: 'write the changes' },
    harden: {
      type: 'boolean',
      help: 'also: environment, separate build and publish jobs, pinned actions, no permissions by default',
    },
  },
  examples: [
    ['trustpub migrate', 'what would change, as a patch'],
    ['trustpub migrate --write', 'change it'],
    ['trustpub migrate --harden --write', 'and make it hard to misuse'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [directory = '.', surplus] = args.positionals
  if (surplus !== undefined)
    throw new UsageError(`migrate takes one directory, not also "${surplus}".`)
  const root = resolve(directory)
  const write = args.flag('write')
  let migration: Migration
  try {
    migration = await planMigration(root, { harden: args.flag('harden') })
    if (write) await writeFiles(root, migration.files)
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    ui.problem(error.message)
    return 3
  }
  const report = reportOf(migration, write)
  if (args.flag('json')) ui.printJson(report)
  else print(report, ui)
  return 0
}

function print(report: MigrationReport, ui: Ui): void {
  const { files, written, changes, left } = report
  if (!written) for (const line of patchLines(report, ui.colour)) ui.print(line)
  // A patch on stdout must stay one that git can apply.
  const say = written ? ui.print : ui.explain
  if (written) for (const { kind, file } of files) ui.print(`${kind}d`.padEnd(9) + file)
  if (files.length > 0 || left.length > 0) say()
  for (const line of explanation(report, ui.colour)) say(line)
  if (files.length === 0 && changes.length === 0) {
    say(
      left.length === 0
        ? 'Nothing to change: no job publishes with a stored token to a registry that has trusted publishing.'
        : 'Nothing was changed.',
    )
  }
}
