import { resolve } from 'node:path'
import { RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import { PipelineError } from '@trustpub/pipeline'
import {
  type Arguments,
  type Command,
  type ExitStatus,
  UsageError,
  unknownText,
} from '../command.ts'
import { applyAll } from '../trust/apply.ts'
import { type Listed, listAll } from '../trust/listed.ts'
import { completed, type Plan, planOf } from '../trust/plan.ts'
import { bareName } from '../trust/registrar.ts'
import { Registrars } from '../trust/registrars.ts'
import { appliedLine, listedLines, planLines, summaryLine } from '../trust/report.ts'
import { tokenFor } from '../trust/token.ts'
import { terminalPrompts } from '../ui/prompts.ts'
import type { Ui } from '../ui/ui.ts'

const VERBS = ['plan', 'list', 'apply', 'remove'] as const
type Verb = (typeof VERBS)[number]

/** `trustpub trust` */
export const command: Command = {
  synopsis: 'trust <plan|list|apply|remove> [directory] [options]',
  description: `Configures the trusted publishers of a repository at its registries.
plan: what each registry should have, by ${RECORD_FILE} or else by the pipeline itself, with the commands and links; offline.
list: what the registries have. apply: configures what is missing; what is there already is left, so a run that was
stopped goes on where it was. remove: takes away what the record does not list (--surplus), or the packages that are named.
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
    write: { type: 'boolean', help: `plan: write ${RECORD_FILE}; what is in it stays` },
    replace: {
      type: 'boolean',
      help: 'apply: at npmjs.com, which keeps one publisher a package, replace one that differs',
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

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [word, directory = '.', surplus] = args.positionals
  if (word === undefined) throw new UsageError(`Say what to do: trustpub trust ${VERBS.join('|')}.`)
  const verb = VERBS.find((one) => one === word)
  if (verb === undefined) throw new UsageError(unknownText('trust command', word, VERBS))
  if (surplus !== undefined)
    throw new UsageError(`trust takes one directory, not also "${surplus}".`)
  refuseForeign(verb, args)
  const plan = await planned(resolve(directory), args, ui)
  if (plan === undefined) return 1
  if (verb === 'plan') return showPlan(plan, resolve(directory), args, ui)
  if (plan.publishers.length === 0) {
    ui.print(
      'There is nothing to configure: no job publishes to a registry with trusted publishing.',
    )
    return 0
  }
  const registrars = await opened(args, ui)
  if (verb === 'apply') return apply(plan, registrars, args, ui)
  const listed = await listAll(plan.publishers, registrars)
  return verb === 'list' ? showList(listed, plan, args, ui) : remove(listed, args, ui)
}

/** Options that only one of the verbs has. */
const OF_VERB: Readonly<Record<string, Verb>> = {
  write: 'plan',
  replace: 'apply',
  'dry-run': 'apply',
  surplus: 'remove',
  yes: 'remove',
}

function refuseForeign(verb: Verb, args: Arguments): void {
  for (const [option, owner] of Object.entries(OF_VERB)) {
    if (args.flag(option) && owner !== verb) {
      throw new UsageError(`--${option} goes with trustpub trust ${owner}, not with ${verb}.`)
    }
  }
}

async function planned(directory: string, args: Arguments, ui: Ui): Promise<Plan | undefined> {
  try {
    const plan = await planOf(directory)
    const names = args.texts('package')
    const unknown = names.find((name) => !plan.publishers.some((one) => isNamed(one, name)))
    if (unknown !== undefined) {
      const known = [...new Set(plan.publishers.map((one) => one.package))]
      throw new UsageError(unknownText('package', unknown, known))
    }
    if (names.length === 0) return plan
    const only = (list: readonly RecordedPublisher[]) =>
      list.filter((one) => names.some((name) => isNamed(one, name)))
    return { ...plan, publishers: only(plan.publishers), unrecorded: only(plan.unrecorded) }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    ui.problem(error.message)
    return undefined
  }
}

function isNamed(publisher: RecordedPublisher, name: string): boolean {
  return publisher.package === name || bareName(publisher.package) === name
}

async function showPlan(
  plan: Plan,
  directory: string,
  args: Arguments,
  ui: Ui,
): Promise<ExitStatus> {
  const { registrationsOf } = await import('@trustpub/project')
  const registrations = registrationsOf(plan.publishers)
  if (args.flag('json')) {
    const { publishers, recorded, unrecorded } = plan
    ui.printJson({ publishers, recorded, unrecorded, registrations })
  } else {
    const { registrationLines } = await import('../definition/registration.ts')
    for (const line of planLines(plan.publishers, ui.colour)) ui.print(line)
    for (const line of unrecordedLines(plan)) ui.print(line)
    for (const line of registrationLines(registrations, ui.colour)) ui.print(line)
  }
  if (args.flag('write')) {
    const { writeFiles } = await import('../migrate/write.ts')
    const after = completed(plan)
    await writeFiles(directory, [{ file: RECORD_FILE, before: undefined, after }])
    ui.explain(`${RECORD_FILE} is written.`)
  }
  return 0
}

function unrecordedLines({ publishers, recorded, unrecorded, nameless }: Plan): readonly string[] {
  if (nameless && publishers.length === 0) {
    return [
      'Neither a git remote nor a manifest names the repository, so what its publishers must say is not known.',
    ]
  }
  if (!recorded || unrecorded.length === 0) return []
  const lines = unrecorded.map(({ package: name, fields }) => {
    const words = Object.entries(fields).map(([field, value]) => `${field} ${value}`)
    return `  ${name}: ${words.join(', ')}`
  })
  return [`The pipeline needs publishers that ${RECORD_FILE} does not list:`, ...lines, '']
}

async function opened(args: Arguments, ui: Ui): Promise<Registrars> {
  const prompts = await terminalPrompts()
  return new Registrars({
    token: (registry) => tokenFor(registry, args.text('token-file'), process.env),
    passwords: {
      given: args.text('otp'),
      ask:
        prompts &&
        ((question) =>
          prompts.text(question, '', (code) => (code === '' ? 'type the code' : undefined))),
      open: (url) => ui.explain(`Confirm in your browser: ${ui.colour.cyan(url)}`),
    },
  })
}

async function apply(
  plan: Plan,
  registrars: Registrars,
  args: Arguments,
  ui: Ui,
): Promise<ExitStatus> {
  const total = plan.publishers.length
  let count = 0
  const json = args.flag('json')
  const results = await applyAll(plan.publishers, registrars, {
    replace: args.flag('replace'),
    dryRun: args.flag('dry-run'),
    progress: (done) => {
      count += 1
      const line = `${appliedLine(done, ui.colour)} ${ui.colour.dim(`${count}/${total}`)}`
      if (json) ui.progress(line)
      else ui.print(line)
    },
  })
  if (json) ui.printJson({ results })
  else {
    const byHand = results.filter(({ outcome }) => outcome === 'by hand')
    for (const line of await byHandLines(
      byHand.map(({ publisher }) => publisher),
      ui,
    ))
      ui.print(line)
    if (results.some(({ outcome }) => outcome === 'differs')) {
      ui.print(
        'npmjs.com keeps one publisher for a package; --replace puts the recorded one in its place.',
      )
    }
    ui.print(summaryLine(results, ui.colour))
  }
  return results.some(({ outcome }) => outcome === 'failed' || outcome === 'differs') ? 1 : 0
}

/** The forms, filled in. */
async function byHandLines(
  publishers: readonly RecordedPublisher[],
  ui: Ui,
): Promise<readonly string[]> {
  if (publishers.length === 0) return []
  const { registrationsOf } = await import('@trustpub/project')
  const { registrationLines } = await import('../definition/registration.ts')
  return ['', ...registrationLines(registrationsOf(publishers), ui.colour), '']
}

function showList(listed: readonly Listed[], plan: Plan, args: Arguments, ui: Ui): ExitStatus {
  const missing = plan.publishers.filter(
    (one) =>
      !listed.some(
        (there) =>
          there.package === one.package &&
          there.registry === one.registry &&
          there.state === 'as recorded',
      ),
  )
  if (args.flag('json')) {
    const shown = listed.map(({ registrar: _, configured, ...rest }) => ({
      ...rest,
      ...configured,
    }))
    ui.printJson({ publishers: shown, missing })
  } else for (const line of listedLines(listed, missing, ui.colour)) ui.print(line)
  return listed.some(({ state }) => state === 'not recorded') || missing.some(isListed(listed))
    ? 1
    : 0
}

/** Of registries that can be asked; PyPI cannot. */
function isListed(listed: readonly Listed[]): (publisher: RecordedPublisher) => boolean {
  const asked = new Set(listed.map(({ registry }) => registry))
  return ({ registry, package: name }) => asked.has(registry) || name.startsWith('npm:')
}

async function remove(listed: readonly Listed[], args: Arguments, ui: Ui): Promise<ExitStatus> {
  const named = args.texts('package').length > 0
  if (!args.flag('surplus') && !named) {
    throw new UsageError('Say which: --surplus for all that are not recorded, or --package <name>.')
  }
  const chosen = args.flag('surplus')
    ? listed.filter(({ state }) => state === 'not recorded')
    : listed
  for (const line of listedLines(chosen, [], ui.colour)) ui.print(line)
  if (chosen.length === 0) {
    ui.print('There is nothing to remove.')
    return 0
  }
  if (!(await isConfirmed(chosen.length, args))) {
    ui.print('Nothing was removed.')
    return 1
  }
  for (const { registrar, package: name, configured } of chosen) {
    await registrar.remove(name, configured.id)
    ui.print(`${ui.colour.green('✓')} removed from ${bareName(name)}`)
  }
  return 0
}

async function isConfirmed(count: number, args: Arguments): Promise<boolean> {
  if (args.flag('yes')) return true
  const prompts = await terminalPrompts()
  if (prompts === undefined) {
    throw new UsageError('Nobody can be asked here; say --yes to remove what is listed above.')
  }
  const answer = await prompts.select(`Remove ${count === 1 ? 'it' : `these ${count}`}?`, [
    { value: 'no', hint: 'leave everything' },
    { value: 'yes', hint: 'whoever publishes through it will be refused' },
  ])
  return answer === 'yes'
}
