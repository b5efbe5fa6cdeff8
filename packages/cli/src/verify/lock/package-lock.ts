import type { Item } from '../item.ts'
import { isObject, objectIn, textIn } from '../json.ts'
import { type LockReader, npmRegistryOf, unusable } from './lock.ts'

/** `package-lock.json` and `npm-shrinkwrap.json` from npm 7 on: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export const readPackageLock: LockReader = (text, file, registries) => {
  const lock = parse(text, file)
  const packages = objectIn(lock, 'packages')
  if (!isObject(lock) || !isObject(lock.packages)) {
    throw unusable(file, 'it has no "packages": let npm 7 or newer write it anew (npm install)')
  }
  return Object.entries(packages).flatMap(([path, entry]) => {
    const folder = path.lastIndexOf('node_modules/')
    // The project itself, and the members of its workspace.
    if (folder < 0 || !isObject(entry) || entry.link === true) return []
    // These are part of the tarball of the package around them.
    if (entry.inBundle === true) return []
    const name = textIn(entry, 'name') ?? path.slice(folder + 'node_modules/'.length)
    return [itemOf(name, entry, registries.npm)]
  })
}

function itemOf(name: string, entry: unknown, given: Parameters<typeof npmRegistryOf>[2]): Item {
  const version = textIn(entry, 'version') ?? ''
  const registry = npmRegistryOf(name, textIn(entry, 'resolved'), given)
  if (registry === undefined || version === '') {
    const reason = 'comes from an address or from git, not from a registry'
    return { kind: 'skipped', title: `npm:${name}@${version}`, subject: `npm:${name}`, reason }
  }
  return { kind: 'npm', name, version, registry, integrity: textIn(entry, 'integrity') ?? '' }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unusable(file, 'it is not JSON')
  }
}
