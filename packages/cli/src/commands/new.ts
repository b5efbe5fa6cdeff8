import { join, posix, relative, resolve } from 'node:path'
import { PROJECT_KINDS, PythonBuildTool, parseRepository } from '@trustpub/project'
import {
  type Arguments,
  type Command,
  type ExitStatus,
  UsageError,
  unknownText,
} from '../command.ts'
import {
  type Choices,
  EXAMPLE_AUTHOR,
  exampleRepository,
  isExample,
  type Kind,
  nameFrom,
  PROVIDER_HOSTS,
  type Provider,
  providerOf,
  repositoryFrom,
  repositoryText,
} from '../definition/choices.ts'
import { authorFromGit, initRepository, isInRepository } from '../definition/git.ts'
import { install } from '../definition/install.ts'
import { type Started, startedLines } from '../definition/next-steps.ts'
import { reportOf } from '../definition/report.ts'
import { refuseProjectIn, startProject } from '../definition/start.ts'
import { definitionFor } from '../definition/templates.ts'
import { catchSignals } from '../tools/interruption.ts'
import { type Prompts, terminalPrompts } from '../ui/prompts.ts'
import type { Ui } from '../ui/ui.ts'

const KINDS = Object.keys(PROJECT_KINDS) as Kind[]
const PROVIDERS = Object.keys(PROVIDER_HOSTS) as Provider[]
const BUILD_TOOLS: readonly string[] = Object.values(PythonBuildTool)

const KIND_HINTS: Readonly<Record<Kind, string>> = {
  node: 'a package for npm, in JavaScript',
  typescript: 'a package for npm, in TypeScript',
  jsii: 'packages for npm and PyPI from one source in TypeScript',
  python: 'a package for PyPI',
}

/** `trustpub new` */
export const command: Command = {
  synopsis: `new <${KINDS.join('|')}> [directory] [options]`,
  description: `Writes a definition, and from it a project that releases itself: manifest, build and release workflow, and the
record of its trusted publishers. What is not given is asked for on a terminal, and derived otherwise: the name from
the folder, the repository from the git remote. Nothing that exists is overwritten.`,
  options: {
    name: {
      type: 'string',
      value: '<name>',
      help: 'the name of the package (default: the folder)',
    },
    repository: {
      type: 'string',
      value: '<owner/name>',
      help: 'the repository, or its URL (default: the git remote)',
    },
    provider: {
      type: 'string',
      value: PROVIDERS.join('|'),
      help: 'where the repository is and the release runs (default github)',
    },
    'build-tool': {
      type: 'string',
      value: BUILD_TOOLS.join('|'),
      help: 'what builds a Python package (default uv)',
    },
    adopt: {
      type: 'string',
      multiple: true,
      value: '<path>',
      help: 'let this file be overwritten; may be repeated',
    },
    'no-install': { type: 'boolean', help: 'do not install dependencies' },
    'no-git': { type: 'boolean', help: 'do not make a git repository' },
  },
  examples: [
    ['trustpub new typescript widget --repository acme/widget', 'an npm package'],
    ['trustpub new python', 'a Python package in this folder, which is a clone already'],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [kind, directory = '.', surplus] = args.positionals
  if (surplus !== undefined) throw new UsageError(`new takes one directory, not also "${surplus}".`)
  const shownFrom = process.cwd()
  const folder = resolve(directory)
  refuseProjectIn(folder, shownFrom)
  // Also during prompts and installs, so that nothing half done stays behind.
  const release = catchSignals()
  try {
    const prompts = args.flag('json') ? undefined : await terminalPrompts()
    const choices = await choose(kind, folder, args, prompts)
    const definition = definitionFor(choices)
    const adopt = args.texts('adopt').map((path) => posix.normalize(path))
    const loaded = await startProject(folder, definition, { adopt, shownFrom })
    const isNewRepository = !args.flag('no-git') && !isInRepository(folder)
    const started: Started = {
      ...reportOf(relative(shownFrom, join(folder, definition.file)), loaded),
      directory: relative(shownFrom, folder) || '.',
      name: choices.name,
      repository: repositoryText(choices.repository),
      repositoryIsExample: isExample(choices.repository),
      isGit: isNewRepository ? await initRepository(folder) : isInRepository(folder),
      ...(await install(loaded.project, folder, { skip: args.flag('no-install'), ui })),
      warnings: warningsOf(choices),
    }
    if (args.flag('json')) ui.printJson(started)
    else for (const line of startedLines(started, ui.colour)) ui.print(line)
    return 0
  } finally {
    release()
  }
}

async function choose(
  kindGiven: string | undefined,
  folder: string,
  args: Arguments,
  prompts: Prompts | undefined,
): Promise<Choices> {
  const kind = await chooseKind(kindGiven, prompts)
  const provider = oneOf('provider', args.text('provider'), PROVIDERS)
  const buildTool = oneOf('build tool', args.text('build-tool'), BUILD_TOOLS)
  if (buildTool !== undefined && kind !== 'python') {
    throw new UsageError(`--build-tool is for Python projects; a ${kind} project has none.`)
  }
  const derived = nameFrom(folder)
  const name = args.text('name') ?? (await prompts?.text('Name of the package', derived)) ?? derived
  const repository = await chooseRepository(name, provider, folder, args, prompts)
  return {
    kind,
    name,
    repository,
    provider: provider ?? providerOf(repository),
    buildTool: buildTool ?? (await chooseBuildTool(kind, prompts)),
    author: await authorOf(kind, prompts),
  }
}

async function chooseKind(given: string | undefined, prompts: Prompts | undefined): Promise<Kind> {
  const kind = oneOf('kind of project', given, KINDS)
  if (kind !== undefined) return kind
  const choices = KINDS.map((value) => ({ value, hint: KIND_HINTS[value] }))
  const chosen = await prompts?.select('What is it to be?', choices)
  if (chosen !== undefined) return chosen
  throw new UsageError(`new needs the kind of project: trustpub new ${KINDS.join('|')}`)
}

async function chooseRepository(
  name: string,
  provider: Provider | undefined,
  folder: string,
  args: Arguments,
  prompts: Prompts | undefined,
): Promise<Choices['repository']> {
  const known = repositoryFrom(args.text('repository'), provider, folder)
  if (known !== undefined) return known
  const example = exampleRepository(name, provider ?? 'github')
  const problem = (answer: string) =>
    parseRepository(answer) === undefined
      ? 'Write owner/name, or the URL of a repository.'
      : undefined
  const suggestion = repositoryText(example)
  const answer = await prompts?.text('Repository, as owner/name or URL', suggestion, problem)
  return repositoryFrom(answer, provider, folder) ?? example
}

async function chooseBuildTool(kind: Kind, prompts: Prompts | undefined): Promise<string> {
  if (kind !== 'python' || prompts === undefined) return PythonBuildTool.UV
  const choices = BUILD_TOOLS.map((value) => ({ value, hint: '' }))
  return prompts.select('What builds it?', choices)
}

/** JSII needs an author; Python shows one if git knows who it is. */
async function authorOf(kind: Kind, prompts: Prompts | undefined): Promise<Choices['author']> {
  if (kind !== 'jsii' && kind !== 'python') return undefined
  const known = await authorFromGit(process.cwd())
  if (known !== undefined || kind === 'python' || prompts === undefined) return known
  return {
    name: await prompts.text('Author', EXAMPLE_AUTHOR.name),
    email: await prompts.text('Address of the author', EXAMPLE_AUTHOR.email),
  }
}

function warningsOf({ kind, repository, author }: Choices): readonly string[] {
  const warnings: string[] = []
  if (isExample(repository)) {
    warnings.push(
      `The repository ${repositoryText(repository)} is an example. Change it before the first release: trusted publishing is bound to it.`,
    )
  }
  if (kind === 'jsii' && (author ?? EXAMPLE_AUTHOR) === EXAMPLE_AUTHOR) {
    warnings.push(
      'The author is an example, since git knows no name. Change it before the first release.',
    )
  }
  return warnings
}

function oneOf<Value extends string>(
  what: string,
  given: string | undefined,
  known: readonly Value[],
): Value | undefined {
  const found = known.find((one) => one === given)
  if (given === undefined || found !== undefined) return found
  throw new UsageError(unknownText(what, given, known))
}
