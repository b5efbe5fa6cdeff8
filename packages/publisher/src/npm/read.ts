import { randomUUID } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tarFiles } from '../archives/tar-reader.ts'
import { type Artifact, digestFile } from '../artifact.ts'
import { refuse } from '../errors.ts'
import { checkTag } from './dist-tag.ts'
import { checkManifest, isObject, type Json, type Manifest, parseManifest } from './manifest.ts'
import type { Workspace } from './pack.ts'
import { inDependencyOrder, workspaceFolders, workspacePatterns } from './workspaces.ts'

export type Access = 'public' | 'restricted'

/** A tarball that is to be published, with what goes into its publish document. */
export interface NpmArtifact extends Artifact {
  readonly ecosystem: 'npm'
  readonly manifest: Manifest
  readonly access: Access | undefined
  /** Undefined until the registry was asked what is there, unless somebody named it. */
  readonly tag: string | undefined
}

export interface NpmOptions {
  /** Goes before the package's own publishConfig. */
  readonly registry?: URL | undefined
  readonly tag?: string | undefined
  readonly access?: Access | undefined
  /** Publish the members of a folder's workspace also if the root is a package itself. */
  readonly workspaces?: boolean
}

export const NPMJS: URL = new URL('https://registry.npmjs.org/')

/**
 * The packages of a folder: itself, or the members of its workspace that are not private, in dependency order.
 * Without a package.json, the tarballs that lie in it.
 * @throws Refusal
 */
export async function readFolder(
  folder: string,
  options: NpmOptions,
  temporaryFolder: string,
): Promise<NpmArtifact[]> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return readTarballs(folder, options)
  const root = parseManifest(text, folder)
  const patterns = workspacePatterns(root)
  const members = await workspaceFolders(folder, patterns)
  const publishMembers =
    members.length > 0 && (root.private === true || options.workspaces === true)
  const workspace = patterns.length === 0 ? undefined : { root: folder, members }
  if (!publishMembers) return [await packAndRead(folder, root, options, temporaryFolder, workspace)]

  const artifacts: NpmArtifact[] = []
  for (const member of members) {
    const manifest = parseManifest(await readFile(join(member, 'package.json'), 'utf8'), member)
    if (manifest.private === true) continue
    artifacts.push(await packAndRead(member, manifest, options, temporaryFolder, workspace))
  }
  return inDependencyOrder(artifacts)
}

async function readTarballs(folder: string, options: NpmOptions): Promise<NpmArtifact[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.tgz')).sort()
  const artifacts: NpmArtifact[] = []
  for (const file of files) artifacts.push(await readTarball(join(folder, file), options))
  return inDependencyOrder(artifacts)
}

async function packAndRead(
  folder: string,
  json: Json,
  options: NpmOptions,
  temporaryFolder: string,
  workspace: Workspace | undefined,
): Promise<NpmArtifact> {
  const manifest = checkManifest(json, folder)
  const target = join(temporaryFolder, `${randomUUID()}.tgz`)
  // Loaded here: whoever publishes tarballs does not need it.
  const { packFolder } = await import('./pack.ts')
  await packFolder(folder, manifest, target, workspace)
  return readTarball(target, options, folder)
}

/** Reads and checks a tarball; `origin` is what it was packed from, for messages. @throws Refusal */
export async function readTarball(
  path: string,
  options: NpmOptions,
  origin: string = path,
): Promise<NpmArtifact> {
  const contents = await readContents(path, origin)
  const manifest = withReadme(checkManifest(contents.json, origin), contents)
  const { name, version } = manifest
  const config = isObject(manifest.publishConfig) ? manifest.publishConfig : {}
  const tag = options.tag ?? textOf(config.tag)
  return {
    ecosystem: 'npm',
    name,
    version,
    registry: options.registry ?? registryOf(config.registry, origin),
    filename: `${name}-${version}.tgz`,
    path,
    ...(await digestFile(path, ['sha512', 'sha1'])),
    identity: 'sha512',
    manifest,
    access: checkAccess(name, options.access ?? config.access, origin),
    tag: tag === undefined ? undefined : checkTag(tag),
  }
}

interface Contents {
  readonly json: Json
  readonly readme: { readonly file: string; readonly text: string } | undefined
  readonly hasGyp: boolean
}

/** A file right in the one folder of the tarball, which is usually called `package`. */
const TOP = /^[^/]+\/([^/]+)$/
const README = /^readme(?:\.[^/]*)?$/i

async function readContents(path: string, origin: string): Promise<Contents> {
  const top = (file: string) => TOP.exec(file)?.[1] ?? ''
  const wanted = (file: string) => top(file) === 'package.json' || README.test(top(file))
  let text: string | undefined
  let hasGyp = false
  const readmes: { file: string; text: string }[] = []
  try {
    for await (const file of tarFiles(path, wanted)) {
      const name = top(file.path)
      const content = file.bytes?.toString('utf8')
      if (name === 'package.json') text = content
      else if (content !== undefined) readmes.push({ file: name, text: content })
      else if (name === 'binding.gyp') hasGyp = true
    }
  } catch (error) {
    throw refuse('manifest_invalid', { path: origin, reason: reasonOf(error) })
  }
  if (text === undefined) {
    throw refuse('manifest_invalid', { path: origin, reason: 'it holds no package.json' })
  }
  const readme = readmes.find(({ file }) => /\.md$/i.test(file)) ?? readmes[0]
  return { json: parseManifest(text, origin), readme, hasGyp }
}

/** npm shows the readme of the manifest, and builds what has a binding.gyp and no script of its own for that. */
function withReadme(manifest: Manifest, { readme, hasGyp }: Contents): Manifest {
  const scripts = isObject(manifest.scripts) ? manifest.scripts : {}
  const implied = hasGyp && !scripts.install && !scripts.preinstall && manifest.gypfile !== false
  return {
    ...manifest,
    ...(readme === undefined ? {} : { readme: readme.text, readmeFilename: readme.file }),
    ...(implied ? { scripts: { ...scripts, install: 'node-gyp rebuild' }, gypfile: true } : {}),
  }
}

function registryOf(configured: unknown, path: string): URL {
  if (configured === undefined) return NPMJS
  const url = textOf(configured)
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw refuse('manifest_invalid', { path, reason: 'its publishConfig.registry is no address' })
  }
  const { username, password, href } = new URL(url)
  if (username !== '' || password !== '') {
    const reason = 'its publishConfig.registry has a password in it; leave that out'
    throw refuse('manifest_invalid', { path, reason })
  }
  return new URL(href.endsWith('/') ? href : `${href}/`)
}

function checkAccess(name: string, access: unknown, path: string): Access | undefined {
  if (access === undefined) return undefined
  if (access !== 'public' && access !== 'restricted') {
    const reason = 'its publishConfig.access is neither "public" nor "restricted"'
    throw refuse('manifest_invalid', { path, reason })
  }
  if (access === 'restricted' && !name.startsWith('@')) throw refuse('access_refused', { name })
  return access
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether there is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory()
}
