import { type Command, optionsOf } from '../command.ts'
import { COMMANDS, type CommandEntry } from '../commands/index.ts'
import { table } from './table.ts'
import type { Ui } from './ui.ts'

type Colour = Ui['colour']

/** The help of `trustpub` itself. */
export function generalHelp(colour: Colour): string {
  const commands = table(COMMANDS.map(({ name, summary }) => [`  ${colour.bold(name)}`, summary]))
  return [
    'Trusted publishing: publish packages from CI with a short-lived identity instead of a stored token.',
    '',
    `${colour.bold('Usage')}  trustpub <command> [options]`,
    '',
    ...commands,
    '',
    'trustpub <command> --help tells more about one of them.',
    'Exit status: 0 done; 1 what was tried failed; 2 wrong use; 3 something outside is missing.',
  ].join('\n')
}

/** The help of one command. */
export function commandHelp(entry: CommandEntry, command: Command, colour: Colour): string {
  const options = Object.entries(optionsOf(command)).map(([name, option]) => [
    `  --${name}${option.value === undefined ? '' : ` ${option.value}`}`,
    option.help,
  ])
  const examples = command.examples.flatMap(([line, does]) => [
    `  ${colour.dim(`# ${does}`)}`,
    `  ${line}`,
  ])
  return [
    `trustpub ${entry.name}: ${entry.summary}`,
    '',
    `${colour.bold('Usage')}  trustpub ${command.synopsis}`,
    '',
    command.description,
    '',
    colour.bold('Options'),
    ...table(options),
    '',
    colour.bold('Examples'),
    ...examples,
  ].join('\n')
}
