import { posix } from 'node:path'
import { once } from '../once.ts'
import type { ReadText } from './files.ts'
import { isRecord } from './json-fields.ts'

/** A version that a file asks for. */
export interface Asked {
  readonly written: string
  readonly file: string
}

/**
 * The Node version in a file that actions/setup-node takes as `node-version-file`: `.nvmrc`, `.node-version`,
 * `.tool-versions`, or `package.json` (volta, devEngines, engines, in the order of the action).
 */
export function nodeVersionIn(file: string, read: ReadText): Asked | undefined {
  const text = read(file)
  if (text === undefined) return undefined
  const written = /package\.json$/.test(file) ? nodeOfManifest(text) : nodeOfText(text)
  return written === undefined ? undefined : { written, file }
}

function nodeOfText(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim())
  const tool = lines.map((line) => /^node(?:js)?\s+(\S+)/.exec(line)?.[1]).find((one) => one)
  return tool ?? lines.find((line) => line !== '' && !line.includes(' '))
}

function nodeOfManifest(text: string): string | undefined {
  const manifest = parsed(text)
  const volta = textAt(manifest, 'volta', 'node')
  const runtime =
    isRecord(manifest) && isRecord(manifest.devEngines) ? manifest.devEngines.runtime : undefined
  const runtimes = Array.isArray(runtime) ? runtime : [runtime]
  const node = runtimes.find((one) => isRecord(one) && one.name === 'node')
  return volta ?? textAt(node, 'version') ?? textAt(manifest, 'engines', 'node')
}

/** The package manager that a `package.json` pins: `packageManager` (Corepack), `volta`, or `devEngines`. */
export function packageManagerIn(name: string, file: string, read: ReadText): Asked | undefined {
  const manifest = parsed(read(file) ?? '')
  const [pinned, version] = (textAt(manifest, 'packageManager') ?? '').split('@')
  if (pinned === name && version !== undefined)
    return { written: version.replace(/\+.*/, ''), file }
  const manager = textAt(manifest, 'devEngines', 'packageManager', 'name') === name
  const written =
    textAt(manifest, 'volta', name) ??
    (manager ? textAt(manifest, 'devEngines', 'packageManager', 'version') : undefined)
  return written === undefined ? undefined : { written, file }
}

/** The Yarn that is committed with a repository: what `yarnPath` names runs, whatever else is installed or asked for. */
export function yarnPathVersion(read: ReadText): Asked | undefined {
  const file = '.yarnrc.yml'
  const written = /^yarnPath:\s*["']?\S*\byarn-(\d[\w.-]*?)\.[cm]?js\b/m.exec(read(file) ?? '')?.[1]
  return written === undefined ? undefined : { written, file }
}

/** The version of a package that the lock files at the root hold, else what the root `package.json` asks for. */
export function dependencyVersion(
  name: string,
  read: ReadText,
  directory = '.',
): (Asked & { readonly locked: boolean }) | undefined {
  const found = lockedIn(read)(name)
  if (found !== undefined) return { ...found, locked: true }
  for (const file of new Set([posix.join(directory, 'package.json'), 'package.json'])) {
    const manifest = parsed(read(file) ?? '')
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      const written = textAt(manifest, kind, name)
      if (written !== undefined) return { written, file, locked: false }
    }
  }
  return undefined
}

/** The version of a package that the lock file of poetry, uv or pdm holds, for what runs in its environment. */
export function pythonLocked(tool: string, name: string, read: ReadText): Asked | undefined {
  const file = `${tool}.lock`
  const pattern = new RegExp(`^name = "${name}"\\r?\\nversion = "([^"]+)"`, 'm')
  const written = pattern.exec(read(file) ?? '')?.[1]
  return written === undefined ? undefined : { written, file }
}

/** Lock files are large: they are searched, not parsed, and for every name once. */
const lockedIn = once((read: ReadText) => {
  const known = new Map<string, Asked | undefined>()
  return (name: string): Asked | undefined => {
    if (!known.has(name)) known.set(name, locked(name, read))
    return known.get(name)
  }
})

function locked(name: string, read: ReadText): Asked | undefined {
  const quoted = name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const patterns: readonly (readonly [file: string, pattern: RegExp])[] = [
    ['package-lock.json', new RegExp(`"node_modules/${quoted}": \\{\\s*"version": "([^"]+)"`)],
    ['npm-shrinkwrap.json', new RegExp(`"node_modules/${quoted}": \\{\\s*"version": "([^"]+)"`)],
    [
      'pnpm-lock.yaml',
      new RegExp(
        `^      '?${quoted}'?:\\s*\\n\\s+specifier: .*\\n\\s+version: ([\\d.]+[\\w.-]*)`,
        'm',
      ),
    ],
    ['yarn.lock', new RegExp(`^"?${quoted}@[^\\n]*:\\n\\s+version:? "?([^"\\n]+)"?`, 'm')],
    ['bun.lock', new RegExp(`^    "${quoted}": \\["${quoted}@([^"]+)"`, 'm')],
  ]
  for (const [file, pattern] of patterns) {
    const written = pattern.exec(read(file) ?? '')?.[1]
    if (written !== undefined) return { written, file }
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // What is wrong with a manifest is told where manifests are read.
    return undefined
  }
}

function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  let current = value
  for (const key of keys) {
    if (!isRecord(current) || !Object.hasOwn(current, key)) return undefined
    current = current[key]
  }
  return typeof current === 'string' && current !== '' ? current : undefined
}
