/// <reference path="./npm-packlist.d.ts" />

import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import packlist from 'npm-packlist'
import { TAR_END, tarHeader, tarPadding } from '../archives/tar-writer.ts'
import { refuse } from '../errors.ts'
import type { Manifest } from './manifest.ts'

/** The workspace that a package belongs to: ignore files above it count, and a root leaves its members out. */
export interface Workspace {
  readonly root: string
  readonly members: readonly string[]
}

/**
 * Packs a folder into `target` as `npm pack` does: the same files in the same order, and with the same Node the same
 * bytes. No script of the package runs: what is published was built and tested before.
 * @throws Refusal `manifest_invalid`
 */
export async function packFolder(
  folder: string,
  manifest: Manifest,
  target: string,
  workspace?: Workspace,
): Promise<void> {
  const { bundleDependencies: bundled } = manifest
  if (bundled === true || (Array.isArray(bundled) && bundled.length > 0)) {
    const reason = 'it bundles dependencies: pack it with npm pack, and publish the tarball'
    throw refuse('manifest_invalid', { path: folder, reason })
  }
  const files = await listFiles(folder, manifest, workspace)
  const programs = new Set(Object.values(manifest.bin ?? {}))
  const gzip = createGzip({ level: 9 })
  await pipeline(
    Readable.from(archive(folder, files, programs), { objectMode: false }),
    gzip,
    anonymous,
    createWriteStream(target),
  )
}

/** Paths from the root of the package, with slashes. */
export async function listFiles(
  folder: string,
  manifest: Manifest,
  workspace?: Workspace,
): Promise<string[]> {
  const tree = { path: folder, package: manifest, isProjectRoot: true, edgesOut: new Map() }
  if (workspace === undefined) return clean(await packlist(tree))
  const isRoot = workspace.root === folder
  const members = new Map(workspace.members.map((member) => [member, member]))
  return clean(
    await packlist(
      { ...tree, ...(isRoot ? { workspaces: members } : {}) },
      { prefix: workspace.root, workspaces: workspace.members },
    ),
  )
}

/** The list writes `./@scope` where tar would take the sign for an option. */
function clean(files: readonly string[]): string[] {
  return files.map((file) => file.replace(/^\.\//, ''))
}

async function* archive(
  folder: string,
  files: readonly string[],
  programs: ReadonlySet<string>,
): AsyncGenerator<Buffer> {
  for (const file of files) {
    const path = join(folder, file)
    const { size, mode } = await lstat(path)
    yield tarHeader(`package/${file}`, size, isProgram(file, programs) ? mode | 0o111 : mode)
    let written = 0
    for await (const chunk of contents(path, size)) {
      written += chunk.length
      yield chunk
    }
    if (written !== size) {
      throw refuse('path_unreadable', { path, reason: 'it changed while it was packed' })
    }
    yield tarPadding(size)
  }
  yield TAR_END
}

/** Most files are small, and a stream costs several times what reading them does. */
const SMALL = 1024 * 1024

async function* contents(path: string, size: number): AsyncGenerator<Buffer> {
  if (size <= SMALL) yield await readFile(path)
  else yield* createReadStream(path) as AsyncIterable<Buffer>
}

/** npm takes the first folder off before it compares, so in effect it marks programs that lie at the top. */
function isProgram(file: string, programs: ReadonlySet<string>): boolean {
  return programs.has(file.replace(/^[^/]*\//, ''))
}

/** Place of the operating system in the header of a gzip file (RFC 1952), and its value for "unknown". */
const SYSTEM_AT = 9
const UNKNOWN_SYSTEM = 255

/** Takes the operating system out of the gzip header, as npm does. */
async function* anonymous(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true
  for await (const chunk of chunks) {
    if (first && chunk.length > SYSTEM_AT) chunk[SYSTEM_AT] = UNKNOWN_SYSTEM
    first = false
    yield chunk
  }
}
