import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Pipeline } from '../model.ts'
import { readPipelines } from '../read.ts'
import { fileReader } from './files.ts'
import { type Manifests, readManifests } from './manifests.ts'

/** Path from the root → content. */
export type Files = Readonly<Record<string, string>>

/** Writes a repository to a temporary directory, hands it to `use` and removes it. */
export async function withRepository<T>(
  files: Files,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'trustpub-pipeline-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), content)
    }
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The only pipeline of a repository. */
export async function readOne(files: Files): Promise<Pipeline> {
  const pipelines = await withRepository(files, readPipelines)
  const [pipeline] = pipelines
  if (pipeline === undefined || pipelines.length !== 1) throw new Error('not one pipeline')
  return pipeline
}

/** The manifests of a repository as it is. */
export function manifestsIn(root: string): Promise<Manifests> {
  return readManifests(root, fileReader(root, new Map()))
}
