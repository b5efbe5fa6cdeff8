import type { ClientId } from '../model.ts'
import { flagValue, flagValues, isAlwaysOn, isOn, type Options, parseOptions } from './options.ts'
import { publishingTool, TOOL_VALUED } from './publishing-tools.ts'
import type { Recognised, Selection } from './recognised.ts'
import { unplayed } from './unplayed.ts'

type Recogniser = (words: readonly string[]) => Recognised | undefined

const HERE: Selection = { of: 'directory' }

const NPM_VALUED = new Set(
  '-w --workspace --registry --prefix -C --tag --access --otp --userconfig --loglevel --cache --provenance-file'.split(
    ' ',
  ),
)
const PNPM_VALUED = new Set(
  '--filter -F --filter-prod --dir -C --registry --tag --access --otp --publish-branch --reporter --workspace-concurrency'.split(
    ' ',
  ),
)
/** Later versions of Yarn have `yarn npm publish` only (yarnpkg.com, "Migration guide"). */
const YARN_1 =
  '`yarn publish` is Yarn 1, which cannot exchange ID tokens. Publish with `npm publish` (npm 11.5.1 or newer), or with `yarn npm publish` of Yarn 4.10 or newer.'

const YARN_VALUED = new Set(
  '--cwd --tag --access --otp --registry --include --exclude --from --jobs -j --new-version'.split(
    ' ',
  ),
)
const TWINE_VALUED = new Set(
  '-r --repository --repository-url --sign-with -i --identity -u --username -p --password -c --comment --config-file --cert --client-cert'.split(
    ' ',
  ),
)
const UV_VALUED = new Set(
  '--index --publish-url -t --token -u --username -p --password --trusted-publishing --keyring-provider --check-url --config-file --directory --project --allow-insecure-host --cache-dir --color'.split(
    ' ',
  ),
)

const CLIENT_VALUED: ReadonlyMap<ClientId, ReadonlySet<string>> = new Map<
  ClientId,
  ReadonlySet<string>
>([
  ['npm', NPM_VALUED],
  ['pnpm', PNPM_VALUED],
  ['yarn', YARN_VALUED],
  ['yarn-classic', YARN_VALUED],
  ['twine', TWINE_VALUED],
  ['uv', UV_VALUED],
  ['setup.py', new Set(['-r', '--repository', '-i', '--identity'])],
  ...TOOL_VALUED,
])

/** The flags of a client's publish command that take the next word. */
export function valuedFlags(client: ClientId): ReadonlySet<string> {
  return CLIENT_VALUED.get(client) ?? new Set()
}

/** Program → how to read its words. A program that is not here and not in `unplayed` does not publish. */
const RECOGNISERS: ReadonlyMap<string, Recogniser> = new Map<string, Recogniser>([
  ['npm', npm],
  ['pnpm', pnpm],
  ['yarn', yarn],
  ['yarnpkg', yarn],
  ['bun', bun],
  ['twine', twine],
  ['uv', uv],
  ['bash', shell],
  ['sh', shell],
  [
    'changesets-gitlab',
    (words) => (words[1] === 'comment' ? undefined : { kind: 'variable', name: 'INPUT_PUBLISH' }),
  ],
  ['run-s', scriptsInTurn],
  ['run-p', scriptsInTurn],
  ['npm-run-all', scriptsInTurn],
  ['eval', (words) => ({ kind: 'shell', script: words.slice(1).join(' ') })],
])

/**
 * Tells what an unwrapped command publishes. Undefined for what publishes nothing, dry runs included:
 * they upload nothing, so there is nothing to rehearse.
 */
export function recognise(words: readonly string[]): Recognised | undefined {
  return RECOGNISERS.get(words[0] ?? '')?.(words) ?? publishingTool(words) ?? unplayed(words)
}

/** Package scripts by their names; a pattern may find anything. */
function scriptsInTurn([, ...names]: readonly string[]): Recognised | undefined {
  const plain = names.filter((name) => /^[\w:.-]+$/.test(name) && !name.startsWith('-'))
  return { kind: 'shell', script: plain.map((name) => `npm run ${name}`).join('\n') }
}

function npm(words: readonly string[]): Recognised | undefined {
  const { before, verb, after } = splitVerb(words, NPM_VALUED)
  const args = [...before, ...after]
  const options = parseOptions(args, NPM_VALUED)
  const directory = flagValue(options, '--prefix', '-C')
  const where = { selection: npmSelection(options), ...(directory !== undefined && { directory }) }
  if (verb === 'publish') return published('npm', args, options, where)
  if (verb === 'run' || verb === 'run-script') return script(options.rest, where)
  return undefined
}

function npmSelection(options: Options): Selection {
  const named = flagValues(options, '-w', '--workspace')
  if (named.length > 0) return { of: 'workspaces', globs: named, root: false }
  if (!isOn(options, '--workspaces', '-ws')) return HERE
  return { of: 'workspaces', globs: ['**'], root: isOn(options, '--include-workspace-root') }
}

function pnpm(words: readonly string[]): Recognised | undefined {
  const first = splitVerb(words, PNPM_VALUED)
  const recursive = ['recursive', 'multi', 'm'].includes(first.verb)
  const { before, verb, after } = recursive
    ? splitVerb(['pnpm', ...first.before, '-r', ...first.after], PNPM_VALUED)
    : first
  const args = [...before, ...after]
  const options = parseOptions(args, PNPM_VALUED)
  const directory = flagValue(options, '--dir', '-C')
  const where = { selection: pnpmSelection(options), ...(directory !== undefined && { directory }) }
  if (verb === 'publish') return published('pnpm', args, options, where)
  if (verb === 'run' || verb === 'run-script') return script(options.rest, where)
  return script([verb, ...options.rest], where)
}

function pnpmSelection(options: Options): Selection {
  const filters = flagValues(options, '--filter', '-F', '--filter-prod')
  if (filters.length > 0) {
    // A filter that only takes out starts from all.
    const all = filters.every((filter) => filter.startsWith('!')) ? ['**'] : []
    return { of: 'workspaces', globs: [...all, ...filters], root: true }
  }
  if (isOn(options, '-w', '--workspace-root')) return { of: 'workspaces', globs: ['.'], root: true }
  return isOn(options, '-r', '--recursive') ? { of: 'workspaces', globs: ['**'], root: true } : HERE
}

function yarn(words: readonly string[], selection: Selection = HERE): Recognised | undefined {
  const { before, verb, after } = splitVerb(words, YARN_VALUED)
  const directory = flagValue(parseOptions(before, YARN_VALUED), '--cwd')
  const where = { selection, ...(directory !== undefined && { directory }) }
  if (verb === 'npm' && after[0] === 'publish') {
    const args = after.slice(1)
    return published('yarn', args, parseOptions(args, YARN_VALUED), where)
  }
  if (verb === 'publish') {
    const options = parseOptions(after, YARN_VALUED)
    return published('yarn-classic', after, options, { ...where, incapable: YARN_1 })
  }
  if (verb === 'workspace') {
    const [name = '', ...rest] = after
    return yarn(['yarn', ...rest], { of: 'workspaces', globs: [name], root: true })
  }
  if (verb === 'workspaces' && after[0] === 'foreach') return yarnForeach(after.slice(1))
  return script(verb === 'run' ? after : [verb, ...after], where)
}

function yarnForeach(words: readonly string[]): Recognised | undefined {
  const options = parseOptions(words, YARN_VALUED, 'first')
  const included = flagValues(options, '--include', '--from')
  const excluded = flagValues(options, '--exclude').map((glob) => `!${glob}`)
  const globs = [...(included.length > 0 ? included : ['**']), ...excluded]
  const rest = options.rest[0] === 'exec' ? options.rest.slice(1) : ['yarn', ...options.rest]
  const selection: Selection = { of: 'workspaces', globs, root: true }
  if (rest[0] === 'yarn') return yarn(rest, selection)
  const run = recognise(rest)
  return run?.kind === 'publish' ? { ...run, selection } : run
}

function bun(words: readonly string[]): Recognised | undefined {
  const { verb, after } = splitVerb(words, new Set(['--cwd']))
  if (verb === 'publish') return publishingTool(words)
  if (verb !== 'run') return undefined
  const options = parseOptions(after, new Set(['--cwd']), 'first')
  const directory = flagValue(options, '--cwd')
  // `bun run scripts/release.ts` is a program.
  if (/\.[cm]?[jt]sx?$/.test(options.rest[0] ?? '')) return undefined
  return script(options.rest, { selection: HERE, ...(directory !== undefined && { directory }) })
}

function twine(words: readonly string[]): Recognised | undefined {
  const { verb, after } = splitVerb(words, new Set())
  if (verb !== 'upload') return undefined
  return published('twine', after, parseOptions(after, TWINE_VALUED), { selection: HERE })
}

function uv(words: readonly string[]): Recognised | undefined {
  const { before, verb, after } = splitVerb(words, UV_VALUED)
  if (verb !== 'publish') return undefined
  const args = [...before, ...after]
  const options = parseOptions(args, UV_VALUED)
  const directory = flagValue(options, '--directory', '--project')
  return published('uv', args, options, {
    selection: HERE,
    ...(directory !== undefined && { directory }),
  })
}

function shell(words: readonly string[]): Recognised | undefined {
  const flag = words.findIndex((word) => /^-\w*c$/.test(word))
  const text = flag > 0 ? words[flag + 1] : undefined
  return text === undefined ? undefined : { kind: 'shell', script: text }
}

interface Where {
  readonly selection: Selection
  readonly directory?: string
  readonly incapable?: string
}

function published(
  client: ClientId,
  args: readonly string[],
  options: Options,
  where: Where,
): Recognised | undefined {
  if (isAlwaysOn(options, '--dry-run', '--help', '-h')) return undefined
  return { kind: 'publish', client, args, ...where }
}

function script(words: readonly string[], where: Where): Recognised | undefined {
  const [name, ...args] = words
  return name === undefined || name === '' ? undefined : { kind: 'script', name, args, ...where }
}

/** The first word after the program that is not a flag, and what stands on both sides of it. */
function splitVerb(words: readonly string[], valued: ReadonlySet<string>) {
  const [, ...rest] = words
  const { rest: fromVerb } = parseOptions(rest, valued, 'first')
  const [verb = '', ...after] = fromVerb
  return { before: rest.slice(0, rest.length - fromVerb.length), verb, after }
}
