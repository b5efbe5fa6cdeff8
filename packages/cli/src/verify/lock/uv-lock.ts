import { parse } from 'smol-toml'
import type { Item } from '../item.ts'
import { listIn, objectIn, textIn } from '../json.ts'
import { pypiRegistryOf, type Registries, unusable } from './lock.ts'

/** `uv.lock`, version 1. https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile @throws Refusal `lock_unusable` */
export function readUvLock(text: string, file: string, registries: Registries): Item[] {
  const lock = parsed(text, file)
  if (lock.version !== 1) throw unusable(file, 'its version is not 1: write it anew with uv lock')
  return listIn(lock, 'package').flatMap((entry) => itemOf(entry, registries.pypi))
}

function itemOf(entry: unknown, given: URL | undefined): Item[] {
  const [name = '', version = ''] = [textIn(entry, 'name'), textIn(entry, 'version')]
  const source = objectIn(entry, 'source')
  // The project itself, and the members of its workspace.
  if ('virtual' in source || 'editable' in source) return []
  const index = textIn(source, 'registry')
  if (index === undefined || !/^https?:\/\//.test(index)) {
    const [kind = 'nowhere'] = Object.keys(source)
    const reason = `comes from ${kind === 'registry' ? 'a folder' : kind}, not from an index`
    return [{ kind: 'skipped', title: `pypi:${name}==${version}`, subject: `pypi:${name}`, reason }]
  }
  const files = [...listIn(entry, 'wheels'), objectIn(entry, 'sdist')]
  const sha256 = files.flatMap(
    (each) => /^sha256:([0-9a-f]{64})$/.exec(textIn(each, 'hash') ?? '')?.[1] ?? [],
  )
  return [{ kind: 'pypi', name, version, registry: pypiRegistryOf(index, given), sha256 }]
}

function parsed(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text)
  } catch {
    throw unusable(file, 'it is not TOML')
  }
}
