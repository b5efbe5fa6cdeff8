import { type Document, parseAllDocuments } from 'yaml'
import type { Item } from '../item.ts'
import { isObject, objectIn, textIn } from '../json.ts'
import { npmRegistryOf, type Registries, unusable } from './lock.ts'

/** The formats of pnpm 8, and of pnpm 9 and later. */
const VERSIONS = /^(?:6|9)\.\d+$/

/**
 * `pnpm-lock.yaml`, https://github.com/pnpm/spec/blob/master/lockfile/9.0.md. It may hold a second document, with what
 * pnpm itself needs.
 * @throws Refusal `lock_unusable`
 */
export function readPnpmLock(text: string, file: string, registries: Registries): Item[] {
  const documents = parseAllDocuments(text, { logLevel: 'error' })
  if (!Array.isArray(documents) || documents.length === 0) throw unusable(file, 'it is empty')
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw unusable(file, `it is not YAML (${error.code})`)
    const lock = contentOf(document, file)
    const version = isObject(lock) ? String(lock.lockfileVersion) : ''
    if (!VERSIONS.test(version)) {
      throw unusable(
        file,
        'its lockfileVersion is neither 6 nor 9: write it anew with pnpm 9 or newer',
      )
    }
    return Object.entries(objectIn(lock, 'packages')).map(([key, entry]) =>
      itemOf(key, entry, registries.npm),
    )
  })
}

/** Keys are `name@version`, in version 6 with a slash before and the peers in parentheses behind. */
function itemOf(key: string, entry: unknown, given: URL | undefined): Item {
  const id = key.replace(/^\//, '').replace(/\(.*$/s, '')
  const [, name = id, version = ''] = /^(@?[^@]+)@(\d.*)$/s.exec(id) ?? []
  const resolution = objectIn(entry, 'resolution')
  const registry = npmRegistryOf(name, textIn(resolution, 'tarball'), given)
  if (
    version === '' ||
    registry === undefined ||
    'type' in resolution ||
    'directory' in resolution
  ) {
    const reason = 'comes from an address, a folder or git, not from a registry'
    return {
      kind: 'skipped',
      title: `npm:${id}`,
      subject: `npm:${id.replace(/(?<=.)@.*$/s, '')}`,
      reason,
    }
  }
  return { kind: 'npm', name, version, registry, integrity: textIn(resolution, 'integrity') ?? '' }
}

/** pnpm writes no aliases, and a few lines of them can stand for gigabytes. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw unusable(file, 'it has aliases, which pnpm does not write')
  }
}
