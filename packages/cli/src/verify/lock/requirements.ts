import type { Item } from '../item.ts'
import { type LockReader, pypiRegistryOf, unusable } from './lock.ts'

/** `name[extras]==version`; what follows are markers and options. */
const PINNED =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*===?\s*([A-Za-z0-9.!+_-]+)(?=$|[\s;])/
const INDEX = /^(?:-i|--index-url)[=\s]\s*(\S+)$/

/** `requirements.txt` with `==` and `--hash`: https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
export const readRequirements: LockReader = (text, file, registries) => {
  const lines = text
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s+)#.*$/, '').trim())
    .filter((line) => line !== '')
  const named = lines.flatMap((line) => INDEX.exec(line)?.[1] ?? []).at(-1)
  const registry = pypiRegistryOf(named, registries.pypi)
  const items = lines.flatMap((line) => itemOf(line, registry))
  // Any text file would pass otherwise.
  if (items.length === 0)
    throw unusable(file, 'it names no package (name==version --hash=sha256:…)')
  return items
}

function itemOf(line: string, registry: URL): Item[] {
  // Another file of requirements is one to verify on its own; the other options install nothing.
  if (line.startsWith('-')) {
    const other = /^(?:-r|--requirement|-e|--editable)[=\s]/.test(line)
    return other ? [skipped(line, 'is not part of this file: verify it on its own')] : []
  }
  const [, name = '', version = ''] = PINNED.exec(line) ?? []
  if (name === '' || version.endsWith('.*')) {
    return [skipped(line.slice(0, 80), 'is not pinned to a version of an index (name==version)')]
  }
  const sha256 = [...line.matchAll(/\s--hash[=\s]\s*sha256:([0-9a-f]{64})(?=\s|$)/g)].map(
    ([, hash = '']) => hash,
  )
  return [{ kind: 'pypi', name, version, registry, sha256 }]
}

function skipped(title: string, reason: string): Item {
  return { kind: 'skipped', title, subject: `pypi:${title}`, reason }
}
