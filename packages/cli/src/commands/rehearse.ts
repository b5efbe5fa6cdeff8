import {
  type Arguments,
  type Command,
  type ExitStatus,
  UsageError,
  unknownText,
} from '../command.ts'
import { CLIENTS } from '../rehearse/clients/index.ts'
import { NothingToRehearse, rehearse } from '../rehearse/rehearse.ts'
import { reportLines } from '../rehearse/report.ts'
import { isFine, type Rehearsal } from '../rehearse/results.ts'
import type { Stage } from '../rehearse/stage.ts'
import type { Ui } from '../ui/ui.ts'

const CLIENT_IDS = CLIENTS.map(({ id }) => id)

/** `trustpub rehearse` */
export const command: Command = {
  synopsis: 'rehearse [directory] [options]',
  description: `Plays the release of a repository without the internet: a local issuer gives each job the ID token that its CI
would give, a local registry accepts only the recorded trusted publishers, and each job's real client publishes.
What was published is then installed and imported. The repository itself is not touched: everything happens in a
copy, from which stored credentials are removed.`,
  options: {
    client: {
      type: 'string',
      value: CLIENT_IDS.join('|'),
      help: 'publish with this client in place of the one in the job',
    },
    event: {
      type: 'string',
      value: '<name>',
      help: 'the event that starts the run, e.g. push or workflow_dispatch',
    },
    ref: { type: 'string', value: '<ref>', help: 'the ref of the run, e.g. refs/tags/v2.0.0' },
    environment: {
      type: 'string',
      value: '<name>',
      help: 'the environment of the publishing jobs',
    },
    keep: { type: 'boolean', help: 'leave the registry running at the end and print its address' },
  },
  examples: [
    ['trustpub rehearse', 'the release of the repository in this folder'],
    [
      'trustpub rehearse --event workflow_dispatch --ref refs/heads/main',
      'as if it were started by hand',
    ],
    ['trustpub rehearse --client uv', 'with uv in place of twine'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [directory = '.', surplus] = args.positionals
  if (surplus !== undefined)
    throw new UsageError(`rehearse takes one directory, not also "${surplus}".`)
  const client = args.text('client')
  if (client !== undefined && !CLIENT_IDS.some((id) => id === client)) {
    throw new UsageError(unknownText('client', client, CLIENT_IDS))
  }
  const options = {
    client,
    event: args.text('event'),
    ref: args.text('ref'),
    environment: args.text('environment'),
    progress: ui.progress,
  }
  try {
    const beforeClose = (rehearsal: Rehearsal, stages: readonly Stage[]) =>
      show(rehearsal, stages, args, ui)
    return exitStatus(await rehearse(directory, { ...options, beforeClose }))
  } catch (error) {
    if (!(error instanceof NothingToRehearse)) throw error
    ui.problem(error.message)
    return 1
  }
}

async function show(
  rehearsal: Rehearsal,
  stages: readonly Stage[],
  args: Arguments,
  ui: Ui,
): Promise<void> {
  const keep = args.flag('keep')
  if (args.flag('json')) {
    const [registry] = stages.map(({ url, readToken }) => ({ url, token: readToken }))
    ui.printJson(keep ? { ...rehearsal, registry } : rehearsal)
  } else {
    for (const line of reportLines(rehearsal, ui.colour)) ui.print(line)
    if (keep) for (const stage of stages) tellAddress(stage, ui)
  }
  if (keep && stages.length > 0) await ui.interrupted()
}

function tellAddress({ url, secureUrl, readToken }: Stage, ui: Ui): void {
  ui.print()
  ui.print(`The registry runs at ${url} (https: ${secureUrl}) until you press Ctrl-C.`)
  ui.print(`  npm install --registry ${url}/ needs //${new URL(url).host}/:_authToken=${readToken}`)
}

function exitStatus(rehearsal: Rehearsal): ExitStatus {
  if (rehearsal.ok) return 0
  const steps = rehearsal.jobs.flatMap((job) => job.steps)
  const failed = steps.filter((step) => !isFine(step))
  return failed.length > 0 && failed.every((step) => step.missing !== undefined) ? 3 : 1
}
