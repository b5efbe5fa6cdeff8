import { appendFile, readFile } from 'node:fs/promises'
import {
  type Context,
  type ExchangedToken,
  exchangeToken,
  type TokenRequest,
} from '@trustpub/publisher'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import { withContext } from '../publish/context.ts'
import { npmrc, userNpmrc } from '../publish/npmrc.ts'
import { npmRegistry, pypiRegistry } from '../publish/options.ts'
import { problemLines } from '../publish/report.ts'
import { runWithToken } from '../publish/run-with-token.ts'
import { environmentFile, exportLines, tokenVariables } from '../publish/token-variables.ts'
import { MissingTool } from '../tools/missing.ts'
import type { Ui } from '../ui/ui.ts'

/** `trustpub token` */
export const command: Command = {
  synopsis: 'token <npm|pypi|testpypi|url> [options] [-- command…]',
  description: `Exchanges the ID token of this CI job for a short-lived API token, and nothing else: for programs that publish but
cannot exchange by themselves. With a command, the command runs with the token in its environment (and, for npm, with an
.npmrc that adds the registry and its token to yours), and afterwards the token is given back; the exit status is that
of the command. Without one, lines for eval are printed; they hold the token in the variables that npm, yarn, bun,
twine, uv, poetry, flit, hatch and pdm read. Where there is no token the line is false, which ends what follows with &&.
poetry sends to an index other than PyPI with: poetry publish -r trustpub.
An address that ends in /legacy/ is that of a Python index, any other that of an npm registry.`,
  options: {
    package: {
      type: 'string',
      value: '<name>',
      help: 'npm: the package (default: the name in ./package.json)',
    },
    'github-env': {
      type: 'boolean',
      help: 'set the variables for the steps that follow ($GITHUB_ENV) instead of printing them',
    },
  },
  examples: [
    ['trustpub token npm -- npx semantic-release', 'a token for one command'],
    ['eval "$(trustpub token pypi)" && poetry publish', 'a token for this shell'],
    [
      'trustpub token https://packages.example.com/legacy/ -- flit publish',
      'a registry of your own',
    ],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const isForEval = args.positionals.length < 2 && !args.flag('json') && !args.flag('github-env')
  // eval of nothing succeeds, and what follows it would publish without the token.
  const failed = () => {
    if (isForEval) ui.print('false')
  }
  try {
    const status = await exchange(args, ui)
    if (status !== 0) failed()
    return status
  } catch (error) {
    failed()
    throw error
  }
}

async function exchange(args: Arguments, ui: Ui): Promise<ExitStatus> {
  const [registry, ...program] = args.positionals
  if (registry === undefined) throw new UsageError('token needs a registry: trustpub token npm')
  if (program.length > 0 && args.flag('github-env')) {
    throw new UsageError('--github-env sets variables for later steps; a command gets its own.')
  }
  const request = await requestOf(registry, args)
  return withContext(ui, async (context) => {
    const answer = await exchangeToken(request, context).catch(outOfReach)
    if ('problem' in answer) {
      if (args.flag('json')) ui.printJson(answer.problem)
      else
        for (const line of problemLines(answer.problem, ui.colour).slice(1))
          ui.problem(line.trimStart())
      return 1
    }
    if (program.length > 0) return runCommand(program, request, answer, context, ui)
    await handOut(request, answer, args, ui)
    return 0
  })
}

/** A registry that does not answer is missing, and not at fault. */
function outOfReach(error: Error & { readonly code?: unknown }): never {
  throw error.code === 'registry_unreachable' ? new MissingTool(error.message) : error
}

async function requestOf(registry: string, args: Arguments): Promise<TokenRequest> {
  const isPython = ['pypi', 'testpypi'].includes(registry) || /\/legacy\/?$/.test(registry)
  if (isPython) return { ecosystem: 'pypi', registry: pypiRegistry(registry), name: '' }
  const name = args.text('package') ?? (await nameHere())
  return { ecosystem: 'npm', registry: npmRegistry(registry), name }
}

/** npm's tokens are good for one package. */
async function nameHere(): Promise<string> {
  try {
    const { name } = JSON.parse(await readFile('package.json', 'utf8')) as { name?: unknown }
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // The sentence below says it all.
  }
  throw new UsageError('There is no package.json with a name here: say which --package it is for.')
}

async function runCommand(
  [program = '', ...args]: readonly string[],
  { ecosystem, registry }: TokenRequest,
  token: ExchangedToken,
  context: Context,
  ui: Ui,
): Promise<ExitStatus> {
  const { text } = token
  try {
    const status = await runWithToken({
      program,
      args,
      variables: tokenVariables(ecosystem, registry, text),
      npmrc: ecosystem === 'npm' ? npmrc(registry, await userNpmrc(process.env)) : undefined,
      folder: context.temporaryFolder,
    })
    if (status === 0) return 0
    ui.problem(`${program} ended with status ${status}.`)
    return status
  } finally {
    const taken = await token.revoke()
    ui.progress(taken ? 'The token was given back.' : 'The token ends by itself within minutes.')
  }
}

/** For eval, for later steps, or for machines. */
async function handOut(
  { ecosystem, registry }: TokenRequest,
  { text, expiresAt }: ExchangedToken,
  args: Arguments,
  ui: Ui,
): Promise<void> {
  const variables = tokenVariables(ecosystem, registry, text)
  if (args.flag('github-env')) {
    const file = process.env.GITHUB_ENV
    if (!file) throw new UsageError('$GITHUB_ENV is not set: this CI passes no variables on.')
    await appendFile(file, environmentFile(variables))
    ui.progress(`The steps that follow have ${Object.keys(variables).join(', ')}.`)
  } else if (args.flag('json')) {
    ui.printJson({ registry: registry.href, token: text, expires: expiresAt?.toISOString() })
  } else {
    for (const line of exportLines(variables)) ui.print(line)
  }
}
