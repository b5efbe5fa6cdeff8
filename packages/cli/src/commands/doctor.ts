import { appendFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { PipelineError } from '@trustpub/pipeline'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import { codeQuality, githubCommands, markdownSummary } from '../doctor/annotations.ts'
import { type Ask, type Diagnosis, diagnose } from '../doctor/examine.ts'
import { countsOf, reportLines } from '../doctor/report.ts'
import { type PathOf, pathsFromCheckout } from '../doctor/workspace.ts'
import type { Ui } from '../ui/ui.ts'

const FORMATS = ['text', 'json', 'sarif', 'github', 'gitlab'] as const
type Format = (typeof FORMATS)[number]

/** `trustpub doctor` */
export const command: Command = {
  synopsis: 'doctor [directory] [options]',
  description: `Finds what would fail on release day: reads workflows or .gitlab-ci.yml, manifests, client configuration, git remote and tags,
and trusted-publishers.json, and says of every problem what will happen, in the client's own words, and what to change.
An error is certain; a warning depends on what the repository does not tell; a note works and could be better.
Nothing is contacted unless --online is given. A comment sets a finding aside, on its line or the one above:
# trustpub: ignore[check-id] the reason. In GitHub Actions the findings become annotations and a summary too.
Status 1 means that there is an error (with --strict also a warning).`,
  options: {
    fix: { type: 'boolean', help: 'make the edits that are safe' },
    online: {
      type: 'boolean',
      help: 'also ask the registries which packages exist and who built their last versions',
    },
    registry: {
      type: 'string',
      value: '<url>',
      help: 'with --online: the registry to ask in place of npmjs.com and PyPI',
    },
    format: {
      type: 'string',
      value: FORMATS.join('|'),
      help: 'how findings are printed; gitlab is a Code Quality report, github are annotations',
    },
    strict: { type: 'boolean', help: 'warnings fail as well' },
  },
  examples: [
    ['trustpub doctor', 'what would fail?'],
    ['trustpub doctor --fix', 'mend what can be mended safely'],
    ['trustpub doctor --online', 'compare with the last release as well'],
    ['trustpub doctor --format sarif > doctor.sarif', 'for code scanning'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [directory = '.', surplus] = args.positionals
  if (surplus !== undefined)
    throw new UsageError(`doctor takes one directory, not also "${surplus}".`)
  const format = formatOf(args)
  const root = resolve(directory)
  const ask = await asking(args)
  let diagnosis: Diagnosis
  try {
    diagnosis = await slowly(ui, () => diagnose(root, ask))
    if (args.flag('fix')) diagnosis = await mended(diagnosis, ask, ui)
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    ui.problem(error.message)
    return 3
  }
  await print(diagnosis, directory === '.' ? basename(root) : directory, format, ui)
  const { errors, warnings } = countsOf(diagnosis)
  return errors > 0 || (args.flag('strict') && warnings > 0) ? 1 : 0
}

function formatOf(args: Arguments): Format {
  const asked = args.text('format') ?? (args.flag('json') ? 'json' : 'text')
  const format = FORMATS.find((one) => one === asked)
  if (format === undefined) {
    throw new UsageError(`There is no format "${asked}". Known ones: ${FORMATS.join(', ')}.`)
  }
  if (args.flag('json') && format !== 'json') {
    throw new UsageError(`--json and --format ${format} are two formats: leave one out.`)
  }
  return format
}

async function asking(args: Arguments): Promise<Ask | undefined> {
  const registry = args.text('registry')
  if (!args.flag('online')) {
    if (registry !== undefined) throw new UsageError('--registry goes with --online.')
    return undefined
  }
  // Most runs ask nobody.
  const { online } = await import('../doctor/online.ts')
  return online(registry)
}

/** Nobody wants to read that something is going on which is over already. */
async function slowly<T>(ui: Ui, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => ui.progress('Reading the repository …'), 1000)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

/** Writes the safe edits, and examines what is there then. */
async function mended(before: Diagnosis, ask: Ask | undefined, ui: Ui): Promise<Diagnosis> {
  const { mend } = await import('../doctor/fix.ts')
  const { writeFiles } = await import('../migrate/write.ts')
  const { files, mended: done, skipped } = mend(before)
  await writeFiles(before.directory, files)
  for (const { place, check, fix } of done) {
    ui.explain(`${ui.colour.green('mended')} ${place.file}:${place.line} [${check}] ${fix}`)
  }
  for (const { place, check } of skipped) {
    ui.explain(
      `${ui.colour.yellow('left')}   ${place.file}:${place.line} [${check}] meets another edit; run it once more`,
    )
  }
  return files.length === 0 ? before : diagnose(before.directory, ask)
}

async function print(diagnosis: Diagnosis, shown: string, format: Format, ui: Ui): Promise<void> {
  const pathOf = pathsFromCheckout(diagnosis.directory, process.env)
  if (format === 'json') ui.printJson((await import('../doctor/json.ts')).jsonOf(diagnosis))
  else if (format === 'sarif')
    ui.printJson((await import('../doctor/sarif.ts')).sarifOf(diagnosis, pathOf))
  else if (format === 'gitlab') ui.printJson(codeQuality(diagnosis, pathOf))
  else if (format === 'github') for (const line of githubCommands(diagnosis, pathOf)) ui.print(line)
  else {
    for (const line of reportLines(diagnosis, shown, ui.colour)) ui.print(line)
    if (process.env.GITHUB_ACTIONS === 'true') await annotate(diagnosis, pathOf, ui)
  }
}

/** In GitHub Actions people look at the pull request, not at the log. */
async function annotate(diagnosis: Diagnosis, pathOf: PathOf, ui: Ui): Promise<void> {
  for (const line of githubCommands(diagnosis, pathOf)) ui.ciCommand(line)
  const { GITHUB_STEP_SUMMARY: summary } = process.env
  if (!summary) return
  await appendFile(summary, markdownSummary(diagnosis, pathOf)).catch((error: unknown) => {
    // The findings stand in the log as well.
    ui.progress(`No summary was written: ${error instanceof Error ? error.message : error}`)
  })
}
