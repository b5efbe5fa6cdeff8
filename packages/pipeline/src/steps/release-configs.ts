import { posix } from 'node:path'
import { PipelineError } from '../errors.ts'
import type { ClientId } from '../model.ts'
import type { ReadText } from '../repository/files.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import { parseYaml } from '../yaml/yaml-file.ts'

/** A release tool that is to be asked for in a directory. */
export interface ToolUse {
  readonly client: ClientId
  /** The command as written. */
  readonly text: string
  readonly directory: string
}

const NPM_PLUGIN = '@semantic-release/npm'

/**
 * Tells whether a release tool leaves npm alone: all packages are private, or its configuration says so. Then it needs
 * no leave to publish. False where that cannot be told.
 */
export function leavesNpmAlone(
  use: ToolUse,
  manifests: readonly NpmManifest[],
  read: ReadText,
): boolean {
  const { client, directory } = use
  // It releases every workspace, and the root is mostly private.
  const isMulti = /\bmulti-semantic-release\b/.test(use.text)
  const own = manifests.find((one) => (isMulti ? !one.private : one.directory === directory))
  if (client === 'semantic-release') return semanticReleaseLeavesIt(directory, own, read)
  if (client === 'release-it') return releaseItLeavesIt(use, own, read)
  const ofAll = client === 'changesets' || client === 'lerna' || client === 'nx'
  return ofAll && manifests.length > 0 && manifests.every((one) => one.private)
}

/** github.com/semantic-release/npm: without a configuration the plugin publishes, unless the package is private. */
function semanticReleaseLeavesIt(
  directory: string,
  own: NpmManifest | undefined,
  read: ReadText,
): boolean {
  const { tree, text } = configOf(SEMANTIC_RELEASE, 'release', directory, read)
  const elsewhere = /\bpkgRoot\b/.test(text)
  // Without a manifest the plugin is left out, or the release ends before anything is published.
  if (own?.private !== false && !elsewhere) return true
  const plugins = child(tree, 'plugins')
  if (plugins === undefined) {
    // A program: what it says in plain words counts, as long as nothing is put together.
    const isPlain = /\bplugins\b/.test(text) && !/\b(?:require|import|extends)\b|\.\.\./.test(text)
    const isLeft = !text.includes(NPM_PLUGIN) || /\bnpmPublish["']?\s*:\s*false\b/.test(text)
    return tree === undefined && isPlain && isLeft
  }
  const ofNpm = itemsOf(plugins).filter((plugin) => nameOf(plugin) === NPM_PLUGIN)
  return ofNpm.every((plugin) => {
    const [, options] = itemsOf(plugin)
    return textOf(child(options, 'npmPublish')) === 'false'
  })
}

/** Tells whether semantic-release takes a configuration that others use too. */
export function hasSharedConfig(directory: string, read: ReadText): boolean {
  return /\bextends\b/.test(configOf(SEMANTIC_RELEASE, 'release', directory, read).text)
}

/** `pkgRoot` of the plugin for npm: the directory that semantic-release publishes. Undefined if nothing says so plainly. */
export function packageRootOf({ client, directory }: ToolUse, read: ReadText): string | undefined {
  if (client !== 'semantic-release') return undefined
  const { tree } = configOf(SEMANTIC_RELEASE, 'release', directory, read)
  const roots = itemsOf(child(tree, 'plugins'))
    .filter((plugin) => nameOf(plugin) === NPM_PLUGIN)
    .flatMap((plugin) => textOf(child(itemsOf(plugin)[1], 'pkgRoot')) ?? [])
  return roots.length === 1 ? roots[0] : undefined
}

/** github.com/semantic-release/exec: what semantic-release runs before it publishes, and in order to publish. */
export function releaseCommands(
  client: ClientId,
  directory: string,
  read: ReadText,
): readonly string[] {
  if (client !== 'semantic-release') return []
  const { tree } = configOf(SEMANTIC_RELEASE, 'release', directory, read)
  const options = itemsOf(child(tree, 'plugins'))
    .filter((plugin) => nameOf(plugin) === '@semantic-release/exec')
    .map((plugin) => itemsOf(plugin)[1])
  return ['prepareCmd', 'publishCmd'].flatMap((name) =>
    options.flatMap((one) => textOf(child(one, name)) ?? []),
  )
}

function nameOf(plugin: Tree): string | undefined {
  return textOf(plugin) ?? textOf(itemsOf(plugin)[0])
}

/** github.com/release-it/release-it, "npm": `npm: false`, `npm.publish: false`, or the same as a flag. */
function releaseItLeavesIt(use: ToolUse, own: NpmManifest | undefined, read: ReadText): boolean {
  const { tree, text } = configOf(RELEASE_IT, 'release-it', use.directory, read)
  // A plugin of its own publishes the workspaces.
  if (/release-it-plugins\/workspaces|release-it-yarn-workspaces/.test(text)) return false
  if (own?.private !== false) return true
  if (/--no-npm\b|--npm(?:\.publish)?=false/.test(use.text)) return true
  const npm = child(tree, 'npm')
  if (tree !== undefined) return isFalse(npm) || isFalse(child(npm, 'publish'))
  return /\bnpm["']?\s*[:=]\s*false|\bpublish["']?\s*[:=]\s*false/.test(text)
}

function isFalse(tree: Tree | undefined): boolean {
  return textOf(tree) === 'false'
}

/** Tells whether release-it is told not to ask npm who is logged in. */
export function skipsNpmChecks({ text, directory }: ToolUse, read: ReadText): boolean {
  const config = configOf(RELEASE_IT, 'release-it', directory, read)
  const isSet = /skipChecks["']?\s*[:=]\s*true/.test(config.text)
  return isSet || /--npm\.skipChecks\b(?!=false)/.test(text) || /\bextends\b/.test(config.text)
}

const SEMANTIC_RELEASE = [
  '.releaserc',
  ...['json', 'yaml', 'yml', 'js', 'cjs', 'mjs', 'ts'].map((end) => `.releaserc.${end}`),
  ...['js', 'cjs', 'mjs', 'ts'].map((end) => `release.config.${end}`),
]
const RELEASE_IT = ['json', 'yaml', 'yml', 'js', 'cjs', 'mjs', 'ts', 'toml'].map(
  (end) => `.release-it.${end}`,
)

interface Config {
  /** Undefined for a program, and where there is no configuration. */
  readonly tree?: Tree
  readonly text: string
}

/** The configuration of a tool: under its key in `package.json`, or in a file of its own. */
function configOf(
  files: readonly string[],
  key: string,
  directory: string,
  read: ReadText,
): Config {
  const manifest = posix.join(directory, 'package.json')
  const inManifest = child(parsed(manifest, read(manifest) ?? ''), key)
  if (inManifest !== undefined && entriesOf(inManifest).length > 0) {
    return { tree: inManifest, text: textWithin(inManifest, read(manifest) ?? '') }
  }
  for (const name of files) {
    const file = posix.join(directory, name)
    const text = read(file)
    if (text === undefined) continue
    const tree = /\.(?:[cm]?[jt]s|toml)$/.test(name) ? undefined : parsed(file, text)
    return { text, ...(tree && { tree }) }
  }
  return { text: '' }
}

function textWithin({ span }: Tree, text: string): string {
  return text.slice(span?.start, span?.end)
}

/** JSON is YAML too. */
function parsed(file: string, text: string): Tree | undefined {
  try {
    return parseYaml(file, text.replace(/^\uFEFF/, ''), 'gitlab')
  } catch (error) {
    if (error instanceof PipelineError) return undefined
    throw error
  }
}
