import { stat } from 'node:fs/promises'
import { type Artifact, titleOf } from '../artifact.ts'
import { refuse } from '../errors.ts'
import { TARGETS } from '../targets/index.ts'
import type { Target, TargetOptions } from '../targets/target.ts'

export interface ReadArtifact {
  readonly target: Target
  readonly artifact: Artifact
}

/**
 * Reads every path by every kind of registry: a folder can hold a package and its wheels.
 * @throws Refusal for a path that holds nothing, and for a file that would be published twice
 */
export async function readArtifacts(
  paths: readonly string[],
  options: TargetOptions,
  temporaryFolder: string,
): Promise<ReadArtifact[]> {
  const found: ReadArtifact[] = []
  for (const path of paths) {
    await requireReadable(path)
    const before = found.length
    for (const target of TARGETS) {
      const artifacts = await target.read(path, options, temporaryFolder)
      found.push(...artifacts.map((artifact) => ({ target, artifact })))
    }
    if (found.length === before) throw refuse('nothing_to_publish', { path })
  }
  const ordered = TARGETS.flatMap((target) => found.filter((entry) => entry.target === target))
  requireDistinct(ordered)
  return ordered
}

async function requireReadable(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw refuse('path_unreadable', { path, reason })
  }
}

function requireDistinct(found: readonly ReadArtifact[]): void {
  const seen = new Map<string, Artifact>()
  for (const { artifact } of found) {
    const title = titleOf(artifact)
    const first = seen.get(title)
    if (first !== undefined) {
      throw refuse('listed_twice', { what: title, first: first.path, second: artifact.path })
    }
    seen.set(title, artifact)
  }
}
