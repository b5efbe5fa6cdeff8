import { posix } from 'node:path'
import type { ToolVersion } from '../job.ts'
import type { ClientId, PublishStep, Uploader } from '../model.ts'
import {
  dependencyVersion,
  packageManagerIn,
  pythonLocked,
  yarnPathVersion,
} from '../repository/tool-files.ts'
import { toolVersion } from './installed-tools.ts'
import { mayHaveNewPlugin } from './npm-plugin.ts'
import { incapableNpmVersion } from './npm-versions.ts'
import type { Recognised } from './recognised.ts'
import type { ShellState } from './shell-state.ts'
import { isCertainlyAtLeast, isCertainlyBelow, rangeOf } from './tool-version.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>
type ReadText = (file: string) => string | undefined

/** Has a program of the same name as lerna. */
const LERNA_LITE = '@lerna-lite/publish'

/** Where a client comes from: the packages that bring it, the one that decides first. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pnpm: ['pnpm'],
  yarn: ['yarn'],
  'yarn-classic': ['yarn'],
  lerna: ['lerna'],
  [LERNA_LITE]: [LERNA_LITE, '@lerna-lite/cli'],
  nx: ['nx'],
  changesets: ['@changesets/cli'],
  'semantic-release': ['semantic-release'],
  'release-it': ['release-it'],
  np: ['np'],
  publib: ['publib'],
}

/** Clients that have trusted publishing only from a version on, and what to write instead of an older one. */
const SINCE: Readonly<Record<string, readonly [version: string, remedy: string]>> = {
  yarn: ['4.10.0', 'use Yarn 4.10 or newer (`yarn set version stable`)'],
  lerna: ['9.0.0', 'use lerna 9 or newer'],
  // What is in 4.9.0 and not in 4.8.0.
  [LERNA_LITE]: ['4.9.0', 'use Lerna-Lite 4.9 or newer'],
  // semantic-release 25 is the first with @semantic-release/npm 13.
  'semantic-release': [
    '25.0.0',
    'use semantic-release 25 or newer, which brings @semantic-release/npm 13',
  ],
  np: ['11.0.0', 'use np 11 or newer'],
  twine: ['6.1.0', 'use twine 6.1 or newer'],
  // Both measured in what they ship: the exchange is in the first of these and not in the release before.
  pdm: ['2.6.0', 'use pdm 2.6 or newer'],
  maturin: ['0.15.0', 'use maturin 0.15 or newer'],
}

/** Clients that have no trusted publishing in any version, and what to use instead. */
const NEVER: Readonly<Record<string, string>> = {
  bun: 'publish with `npm publish` (npm 11.5.1 or newer), or with `trustpub publish`',
  poetry: 'build with `poetry build` and upload with pypa/gh-action-pypi-publish, uv or twine',
  flit: 'build with `flit build` and upload with pypa/gh-action-pypi-publish, uv or twine',
  hatch: 'build with `hatch build` and upload with pypa/gh-action-pypi-publish, uv or twine',
  rye: 'build with `rye build` and upload with pypa/gh-action-pypi-publish, uv or twine',
  'python-semantic-release':
    'let it only make the release, and upload with pypa/gh-action-pypi-publish, uv or twine',
  'setup.py':
    'build with `python -m build` and upload with pypa/gh-action-pypi-publish, uv or twine',
}

/** Clients that leave the upload to the npm on the PATH. pnpm does so up to version 10. */
export const THROUGH_NPM: ReadonlySet<string> = new Set<ClientId>([
  'npm',
  'changesets',
  'nx',
  'release-it',
  'np',
  'rush',
  'auto',
  'publib',
])

/** Those among them that publish with the package manager of the repository. */
const BY_MANAGER: ReadonlySet<string> = new Set<ClientId>(['changesets', 'nx', 'np'])

/** The versions in which a step publishes, and why they cannot do trusted publishing where that is certain. */
export function capabilityOf(
  publish: Publish,
  text: string,
  directory: string,
  state: Pick<ShellState, 'node' | 'npm' | 'python' | 'tools'>,
  read: ReadText,
): Pick<PublishStep, 'incapable' | 'uploader' | 'node' | 'npm' | 'tool' | 'clientVersion'> {
  const { client } = publish
  const fetched = /\bnpm@((?:[~^]|>=)?\d[^\s'"]*|latest|next)/.exec(text)?.[1] ?? ownNpm(text, read)
  // `npx npm@11 publish` brings an npm of its own.
  const npm =
    fetched === undefined ? state.npm : toolVersion(fetched, undefined, 'command', `npm@${fetched}`)
  const tool = toolOf(client, text, read)
  const clientVersion = clientVersionOf(tool, text, directory, state, read)
  const uploader = uploaderOf(tool, clientVersion, directory, state.tools, read)
  const isRenewed = tool === 'semantic-release' && mayHaveNewPlugin(directory, read)
  const incapable =
    publish.incapable ??
    whyOldPython(client, text, clientVersion, state.python) ??
    (isRenewed ? undefined : whyIncapable(tool, clientVersion, npm, uploader))
  return {
    uploader,
    ...(incapable !== undefined && { incapable }),
    ...(state.node !== undefined && { node: state.node }),
    ...(npm !== undefined && { npm }),
    ...(tool !== client && { tool }),
    ...(clientVersion !== undefined && { clientVersion }),
  }
}

/** The package that publishes in the end: auto starts lerna in a monorepo, and lerna may be that of Lerna-Lite. */
function toolOf(client: ClientId, text: string, read: ReadText): string {
  if (client === 'auto' && read('lerna.json') !== undefined) return toolOf('lerna', '', read)
  if (client !== 'lerna' || /\blerna@/.test(text)) return client
  const has = (name: string): boolean => dependencyVersion(name, read) !== undefined
  return !has('lerna') && PACKAGES[LERNA_LITE]?.some(has) ? LERNA_LITE : client
}

/** `npx npm publish` runs the npm that the repository itself depends on, if it does. */
function ownNpm(text: string, read: ReadText): string | undefined {
  return /\bnpx npm\b|\.bin\/npm\b/.test(text) ? dependencyVersion('npm', read)?.written : undefined
}

/** The newest twine that an old Python gets from pip (`requires-python` of what PyPI has). */
const LAST_TWINE: readonly (readonly [below: string, twine: string])[] = [
  ['3.7.0', '3.8.0'],
  ['3.8.0', '4.0.2'],
]

/** A Python that gets no twine that could; `pipx run` and the like bring another Python. */
function whyOldPython(
  client: ClientId,
  text: string,
  version: ToolVersion | undefined,
  python: ToolVersion | undefined,
): string | undefined {
  if (client !== 'twine' || python === undefined || /\b(?:pipx|uvx?|poetry|pdm|hatch)\b/.test(text))
    return undefined
  if (version !== undefined && isCertainlyAtLeast(version, '6.1.0')) return undefined
  const last = LAST_TWINE.find(([below]) => isCertainlyBelow(python, below))?.[1]
  return last === undefined
    ? undefined
    : `Python ${python.written} gets no newer twine than ${last}, and 6.1.0 is the first that can exchange ID tokens: use Python 3.9 or newer.`
}

/** Why a tool in a version that is written for it cannot exchange ID tokens. */
export function whyIncapableTool(client: ClientId, written: string): string | undefined {
  const since = SINCE[client]
  if (since === undefined || !isCertainlyBelow({ range: rangeOf(written) }, since[0]))
    return undefined
  return `${client} ${written} cannot exchange ID tokens, ${since[0]} is the first that can: ${since[1]}.`
}

/** Tells whether it is the npm on the PATH that uploads. */
function uploaderOf(
  client: string,
  version: ToolVersion | undefined,
  directory: string,
  tools: ShellState['tools'],
  read: ReadText,
): Uploader {
  if (client === 'pnpm') return ofPnpm(version)
  if (client === 'semantic-release') return hidesNpm(read) ? 'npm' : 'client'
  if (!THROUGH_NPM.has(client)) return 'client'
  if (!BY_MANAGER.has(client)) return 'npm'
  const pnpm = clientVersionOf('pnpm', '', directory, { tools }, read)
  if (pnpm !== undefined || read('pnpm-lock.yaml') !== undefined) return ofPnpm(pnpm)
  const yarn = read('.yarnrc.yml') !== undefined || read('bun.lock') !== undefined
  return yarn ? 'maybe npm' : 'npm'
}

/**
 * semantic-release brings an npm, and runs the first that it finds: where npm or Yarn 1 has installed it that is its
 * own, but pnpm puts the programs of direct dependencies on the path only (measured).
 */
function hidesNpm(read: ReadText): boolean {
  const settings = ['.npmrc', 'pnpm-workspace.yaml'].map((file) => read(file) ?? '').join('\n')
  const isHoisted = /hoist|node-?linker/i.test(settings)
  return (
    read('pnpm-lock.yaml') !== undefined &&
    !isHoisted &&
    dependencyVersion('npm', read) === undefined
  )
}

function ofPnpm(version: ToolVersion | undefined): Uploader {
  if (version === undefined) return 'maybe npm'
  if (isCertainlyBelow(version, '11.0.0')) return 'npm'
  return isCertainlyAtLeast(version, '11.0.0') ? 'client' : 'maybe npm'
}

function whyIncapable(
  client: string,
  version: ToolVersion | undefined,
  npm: ToolVersion | undefined,
  uploader: Uploader,
): string | undefined {
  const never = NEVER[client]
  if (never !== undefined) return `${client} cannot exchange ID tokens in any version: ${never}.`
  const since = SINCE[client]
  if (since !== undefined && version !== undefined && isCertainlyBelow(version, since[0])) {
    const where = version.place === undefined ? '' : ` (${version.place.file})`
    return `${client} ${version.written}${where} cannot exchange ID tokens, ${since[0]} is the first that can: ${since[1]}.`
  }
  return uploader === 'npm' && npm !== undefined ? incapableNpmVersion(npm) : undefined
}

function clientVersionOf(
  client: string,
  text: string,
  directory: string,
  { tools }: Pick<ShellState, 'tools'>,
  read: ReadText,
): ToolVersion | undefined {
  const names = PACKAGES[client] ?? [client]
  for (const name of names) {
    const quoted = name.replace('/', '\\/')
    const fetched = new RegExp(`(?:^|[\\s=])${quoted}(?:@|==)(\\d[^\\s'"]*)`).exec(text)?.[1]
    if (fetched !== undefined) return toolVersion(fetched, undefined, 'command')
    // These fetch the newest, whatever is installed.
    if (/^(?:pipx run|uvx|uv tool run)\s/.test(text)) return undefined
    const tool = /^(poetry|uv|pdm) run\s/.exec(text)?.[1]
    const inLock = tool === undefined ? undefined : pythonLocked(tool, name, read)
    if (inLock !== undefined) return at(inLock.written, inLock.file, 'lock')
    const carried = name === 'yarn' ? yarnPathVersion(read) : undefined
    if (carried !== undefined) return at(carried.written, carried.file, 'file')
    const installed = tools?.get(name)
    if (installed !== undefined) return installed
    const pinned = [directory, '.']
      .map((at) => packageManagerIn(name, posix.join(at, 'package.json'), read))
      .find((one) => one !== undefined)
    if (pinned !== undefined) return at(pinned.written, pinned.file, 'file')
    const dependency = dependencyVersion(name, read, directory)
    if (dependency !== undefined) {
      return at(dependency.written, dependency.file, dependency.locked ? 'lock' : 'manifest')
    }
  }
  return undefined
}

function at(written: string, file: string, from: ToolVersion['from']): ToolVersion {
  return { written, range: rangeOf(written), from, place: { file, line: 1, column: 1 } }
}
