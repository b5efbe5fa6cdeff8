#!/usr/bin/env node
import { type ExitStatus, readArguments, UsageError, unknownText } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { Interrupted } from './tools/interruption.ts'
import { MissingTool } from './tools/missing.ts'
import { commandHelp, generalHelp } from './ui/help.ts'
import { terminalUi, type Ui } from './ui/ui.ts'

async function main(argv: readonly string[], ui: Ui): Promise<ExitStatus> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    ui.print(generalHelp(ui.colour))
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    const { version } = await import('./version.ts')
    ui.print(version())
    return 0
  }
  const entry = COMMANDS.find((command) => command.name === name)
  if (entry === undefined) {
    throw new UsageError(
      unknownText(
        'command',
        name,
        COMMANDS.map((command) => command.name),
      ),
    )
  }
  const { command } = await entry.load()
  // What stands after -- belongs to another program.
  const own = rest.slice(0, rest.indexOf('--') < 0 ? rest.length : rest.indexOf('--'))
  if (own.includes('--help') || own.includes('-h')) {
    ui.print(commandHelp(entry, command, ui.colour))
    return 0
  }
  return command.run(readArguments(command, rest), ui)
}

/** Errors whose message says it all. They are known by name, because loading their classes takes longer than most commands. */
const EXPLAINED = new Set(['Refusal', 'ProjectError', 'DefinitionError'])

/** What a failure means for the exit status, and the line that tells about it. */
function fail(error: unknown, ui: Ui): number {
  if (error instanceof Interrupted) {
    ui.problem(error.message)
    return error.status
  }
  if (error instanceof UsageError) {
    ui.problem(error.message)
    return 2
  }
  if (error instanceof MissingTool) {
    ui.problem(error.message)
    return 3
  }
  if (error instanceof Error && EXPLAINED.has(error.name)) {
    ui.problem(error.message)
    return 1
  }
  // A file or an address that the system refuses: the message names it.
  if (error instanceof Error && 'syscall' in error) {
    ui.problem(error.message)
    return 3
  }
  ui.problem(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}

// Whoever reads may stop, as in `trustpub … | head`; the command goes on, and there is nothing to report.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const ui = terminalUi()
process.exitCode = await main(process.argv.slice(2), ui).catch((error: unknown) => fail(error, ui))
