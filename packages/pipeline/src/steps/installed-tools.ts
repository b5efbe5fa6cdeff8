import type { ToolVersion } from '../job.ts'
import type { Place } from '../place.ts'
import type { ReadText } from '../repository/files.ts'
import { nodeVersionIn } from '../repository/tool-files.ts'
import { NPM_11_ENGINES, nodeRange } from './node-versions.ts'
import { parseOptions } from './options.ts'
import { requirementsOf } from './python-requirements.ts'
import type { ShellState } from './shell-state.ts'
import { isCertainlyIn, mayBeIn, rangeOf } from './tool-version.ts'
import { expand, type Variables } from './variables.ts'

/** Programs whose version decides about trusted publishing, and those that bring some of them. */
const TOOLS: ReadonlySet<string> = new Set(
  'npm pnpm yarn lerna semantic-release np release-it bun twine uv poetry flit hatch pdm maturin nx @changesets/cli'.split(
    ' ',
  ),
)

/** What `npm install -g npm` asks for. */
const NEWEST_NPM = 'npm'

const GLOBAL = ['-g', '--global', '--location']
const INSTALLS = ['install', 'i', 'add', 'update', 'up', 'upgrade', 'global']

/**
 * The programs that a command puts on the PATH: `npm install -g npm@11`, `corepack prepare pnpm@9 --activate`,
 * `pip install twine==6.1`. Undefined for every other command.
 */
export function installedTools(
  words: readonly string[],
  place: Place,
  directory = '.',
  read: ReadText = () => undefined,
): readonly (readonly [name: string, version: ToolVersion])[] | undefined {
  const found: (readonly [string, ToolVersion])[] = []
  for (const { name, version, at } of packagesOf(words, directory, read)) {
    if (!TOOLS.has(name)) continue
    if (at !== undefined) {
      const written = version?.replace(/^=/, '') ?? '*'
      found.push([name, toolVersion(version ?? '', at, 'requirements', written)])
      continue
    }
    const asked = version?.replace(/^=/, '') ?? 'latest'
    const newest = version === undefined && words[0] === 'npm' ? NEWEST_NPM : `npm@${asked}`
    const written = name === 'npm' ? newest : asked
    found.push([name, toolVersion(version ?? '', place, 'install', written)])
  }
  return found.length === 0 ? undefined : found
}

/** `tar -C …/lib/node_modules/npm`: a script that puts another npm in the place of the one of Node. */
const NPM_FOLDER = /node_modules\/npm(?![\w/.-])/
const WRITES = /\b(?:tar|unzip|cp|mv|ln|rsync)\b/
/** `npm install --prefix "$DIR" npm@11`, and its folder put before the others. */
const ON_PATH = /node_modules\/\.bin["'}]*\s*>>\s*["']?\$\{?GITHUB_PATH/
const NPM_NAMED = /\/npm\/(\d+\.\d+\.\d+)\b|\bnpm[-@]([~^]?\d+(?:\.\d+)*)\b/

/** The npm that a script unpacks by hand, in the version that it names, if it names one. */
export function npmByHand(
  script: string,
  place: Place,
  variables: Variables,
): Pick<ShellState, 'npm'> {
  const isUnpacked = NPM_FOLDER.test(script) && WRITES.test(script)
  const isInstalled = ON_PATH.test(script) && /\bnpm@/.test(script)
  if (!isUnpacked && !isInstalled) return {}
  const [, a, b] = NPM_NAMED.exec(expand(script, variables)) ?? []
  const version = a ?? b ?? ''
  return { npm: toolVersion(version, place, 'install', `npm@${version || '(of a script)'}`) }
}

/** A version that a command or a file asks for. */
export function toolVersion(
  version: string,
  place: Place | undefined,
  from: ToolVersion['from'],
  written: string = version,
): ToolVersion {
  return { written, range: rangeOf(version), from, ...(place && { place }) }
}

const MANAGERS =
  /^(?:(nvm|fnm) (?:install|use)|volta install node@|n(?: install)?) ?(?:--(?!lts)\S+ )*v?(\d[\w.]*|(?:--)?lts(?:\/\S+)?|node|latest)?(?: |$)/

/**
 * The Node that a version manager puts on the PATH: `nvm install 24`, `fnm use`, `volta install node@24`, `n 24`. That
 * of nvm and fnm is on the PATH of its shell only (`from: 'command'`).
 */
export function nodeInstalled(
  words: readonly string[],
  place: Place,
  read: ReadText,
): ToolVersion | undefined {
  const found = MANAGERS.exec(words.join(' '))
  if (found === null) return undefined
  const [, ofShell, asked] = found
  const written = asked?.replace(/^--/, '') ?? nodeVersionIn('.nvmrc', read)?.written ?? '.nvmrc'
  const from = ofShell === undefined ? 'install' : 'command'
  return { written, range: nodeRange(written), from, place }
}

/** The state in which these programs are on the PATH. */
export function withTools(
  state: ShellState,
  installed: readonly (readonly [string, ToolVersion])[],
): ShellState {
  const found = installed.find(([name]) => name === 'npm')?.[1]
  const npm = found && fitting(found, state.node)
  const others = installed.filter(([name]) => name !== 'npm')
  return {
    ...state,
    ...(npm !== undefined && { npm }),
    ...(others.length > 0 && { tools: new Map([...(state.tools ?? []), ...others]) }),
  }
}

/**
 * Without a version npm installs the newest npm that runs on the Node at hand; with a tag (`npm@latest`) it takes that
 * one or refuses (measured with npm 10 and 11 on Node 18 to 25).
 */
function fitting(npm: ToolVersion, node: ToolVersion | undefined): ToolVersion {
  if (npm.written !== NEWEST_NPM || node === undefined || node.range === '*') return npm
  if (isCertainlyIn(node, NPM_11_ENGINES)) return { ...npm, range: '>=11.5.1' }
  return mayBeIn(node, NPM_11_ENGINES) ? npm : { ...npm, range: '<11.0.0' }
}

interface Asked {
  readonly name: string
  readonly version?: string
  /** Where, if not in the command itself. */
  readonly at?: Place
}

function packagesOf(words: readonly string[], directory: string, read: ReadText): readonly Asked[] {
  const [program = '', ...rest] = words
  const options = parseOptions(rest, new Set(['--prefix', '--registry']))
  const [verb = '', ...names] = options.rest
  const isGlobal = GLOBAL.some((flag) => options.flags.has(flag)) || verb === 'global'
  if (/^(?:p?npm|yarn)$/.test(program) && INSTALLS.includes(verb) && isGlobal) {
    return names.map(npmSpecifier)
  }
  // `corepack` is taken off before: what it prepares stands where a program does.
  const [prepared] = rest
  if (program === 'prepare' && prepared !== undefined) {
    // Without `corepack enable npm`, which nobody writes, `npm` stays the one of Node.
    return [npmSpecifier(prepared)].filter(({ name }) => name !== 'npm')
  }
  if (program === 'enable' && rest.includes('npm')) return [{ name: 'npm' }]
  // `uv pip install`, `pip install`, `pipx install`, `uv tool install`
  const python = rest.indexOf('install')
  if (/^(?:pip3?|pipx|uv)$/.test(program) && python >= 0) {
    return requirementsOf(rest.slice(python + 1), directory, read).map(
      ({ text, file, line = 1 }) => ({
        ...pythonSpecifier(text),
        ...(file !== undefined && { at: { file, line, column: 1 } }),
      }),
    )
  }
  return []
}

function npmSpecifier(word: string): { name: string; version?: string } {
  const found = /^(@?[^@]+)(?:@(.*))?$/.exec(word)
  return { name: found?.[1] ?? word, ...(found?.[2] && { version: found[2] }) }
}

/** `twine==6.1.0`, `twine>=6,<7`: PEP 440's words for ranges, as npm's semver has them. */
function pythonSpecifier(word: string): { name: string; version?: string } {
  const found = /^([\w.-]+)(?:\[[^\]]*\])?\s*(.*)$/.exec(word)
  const version = (found?.[2] ?? '')
    .replace(/===?/g, '=')
    .replace(/~=\s*/g, '^')
    .replaceAll(',', ' ')
    .trim()
  return { name: (found?.[1] ?? word).toLowerCase(), ...(version !== '' && { version }) }
}
