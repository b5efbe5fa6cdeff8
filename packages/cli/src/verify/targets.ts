import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '../command.ts'
import type { Item } from './item.ts'
import { LOCKS } from './lock/index.ts'
import { NPMJS, PYPI, type Registries } from './lock/lock.ts'

const NPM = /^npm:((?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+)@([A-Za-z0-9.+-]+)$/i
const PYPI_VERSION = /^pypi:([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)==([A-Za-z0-9.!+_-]+)$/

/** What is to be verified, and whether it is the content of a lock file. */
export interface Target {
  readonly items: readonly Item[]
  readonly isLock: boolean
}

/**
 * What a word on the command line stands for: a version at a registry, a lock file, or a file.
 * @throws UsageError, Refusal `lock_unusable`, and what the system says of a file that cannot be read
 */
export async function targetOf(
  word: string,
  registries: Registries,
  bundle: string | undefined,
): Promise<Target> {
  const [, npmName, npmVersion = ''] = NPM.exec(word) ?? []
  if (npmName !== undefined) {
    const registry = registries.npm ?? NPMJS
    return single({ kind: 'npm', name: npmName, version: npmVersion, registry })
  }
  const [, pypiName, pypiVersion = ''] = PYPI_VERSION.exec(word) ?? []
  if (pypiName !== undefined) {
    const registry = registries.pypi ?? PYPI
    return single({ kind: 'pypi', name: pypiName, version: pypiVersion, registry })
  }
  if (/^(?:npm|pypi):/.test(word)) {
    throw new UsageError(
      `"${word}" names no version: write npm:<name>@<version> or pypi:<name>==<version>, with the exact version.`,
    )
  }
  const [, load] = LOCKS.find(([name]) => name.test(basename(word))) ?? []
  if (load === undefined) return single({ kind: 'file', path: word, bundle })
  const [read, text] = [await load(), await readFile(word, 'utf8')]
  return { items: once(read(text, word, registries)), isLock: true }
}

function single(item: Item): Target {
  return { items: [item], isLock: false }
}

/** Lock files name a version wherever it is installed, and once for each marker. */
function once(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
