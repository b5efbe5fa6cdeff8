import { resolve } from 'node:path'
import { RECORD_FILE } from '@trustpub/identity'
import { PipelineError } from '@trustpub/pipeline'
import {
  type Arguments,
  type Command,
  type ExitStatus,
  UsageError,
  unknownText,
} from '../command.ts'
import { planOf } from '../trust/plan.ts'
import { apply } from '../trust/verbs/apply.ts'
import { chosen } from '../trust/verbs/choose.ts'
import { list } from '../trust/verbs/list.ts'
import { plan } from '../trust/verbs/plan.ts'
import { remove } from '../trust/verbs/remove.ts'
import type { Verb } from '../trust/verbs/verb.ts'
import type { Ui } from '../ui/ui.ts'

const VERBS = { plan, list, apply, remove } as const satisfies Record<string, Verb>
type VerbName = keyof typeof VERBS

/** `trustpub trust` */
export const command: Command = {
  synopsis: 'trust <plan|list|apply|remove> [directory] [options]',
  description: `Configures the trusted publishers of a repository at its registries.
plan: what each registry should have, by ${RECORD_FILE} or else by the pipeline itself, with the commands and links; offline.
list: what the registries have, compared with that. apply: configures what is missing; what is there already is left, so a run
that was stopped goes on where it was. remove: takes away what is not recorded (--surplus), or the packages that are named.
npmjs.com, registries with its trust API and those of trustpub serve are configured; PyPI has no API, so its forms are linked,
filled in. The token is read from --token-file, TRUSTPUB_TOKEN, or your .npmrc as npm login left it; one-time passwords are
asked for on a terminal. Status 1 means that something is not as it should be.`,
  options: {
    package: {
      type: 'string',
      multiple: true,
      value: '<name>',
      help: 'only this package, e.g. npm:@acme/widget',
    },
    registry: { type: 'string', value: '<url>', help: 'only this registry' },
    write: { type: 'boolean', help: `plan: write ${RECORD_FILE}; what is in it stays` },
    replace: {
      type: 'boolean',
      help: 'apply: also take away what is not recorded, so that the packages have what is recorded and nothing else',
    },
    'dry-run': { type: 'boolean', help: 'apply: say what would be done' },
    surplus: { type: 'boolean', help: 'remove: every publisher that is not recorded' },
    yes: { type: 'boolean', help: 'remove: without asking' },
    otp: { type: 'string', value: '<code>', help: 'a one-time password' },
    'token-file': { type: 'string', value: '<file>', help: 'the file with the token' },
  },
  examples: [
    ['trustpub trust plan --write', 'record what the pipeline needs'],
    ['trustpub trust apply', 'configure the registries'],
    ['trustpub trust list --json', 'what they have, for a program'],
    ['trustpub trust remove --surplus', 'take away what is not recorded'],
  ],
  run,
}

/** Options that only one of the verbs has. */
const OF_VERB: Readonly<Record<string, VerbName>> = {
  write: 'plan',
  replace: 'apply',
  'dry-run': 'apply',
  surplus: 'remove',
  yes: 'remove',
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [word, directory = '.', more] = args.positionals
  const name = verbOf(word)
  if (more !== undefined) throw new UsageError(`trust takes one directory, not also "${more}".`)
  for (const [option, owner] of Object.entries(OF_VERB)) {
    if (args.flag(option) && owner !== name) {
      throw new UsageError(`--${option} goes with trustpub trust ${owner}, not with ${name}.`)
    }
  }
  try {
    const planned = await planOf(resolve(directory))
    const groups = chosen(planned, args, name === 'list' || name === 'remove')
    return await VERBS[name]({ directory: resolve(directory), plan: planned, groups, args, ui })
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    ui.problem(error.message)
    return 3
  }
}

function verbOf(word: string | undefined): VerbName {
  const names = Object.keys(VERBS) as VerbName[]
  if (word === undefined) throw new UsageError(`Say what to do: trustpub trust ${names.join('|')}.`)
  const name = names.find((one) => one === word)
  if (name === undefined) throw new UsageError(unknownText('trust command', word, names))
  return name
}
