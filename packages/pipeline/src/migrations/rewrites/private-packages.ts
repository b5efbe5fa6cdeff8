import type { Release } from '../../release.ts'

/**
 * Why a token for the npm registry may be needed to install: something in the repository speaks of private packages.
 * Undefined where nothing does.
 */
export function privatePackages({ manifests, source }: Release): string | undefined {
  const restricted = manifests.npm.find(
    ({ publishConfig }) => publishConfig.get('access') === 'restricted',
  )
  const scope = /^@[^/]+/.exec(restricted?.name ?? '')?.[0]
  if (restricted !== undefined && scope !== undefined) {
    const members = new Set(manifests.npm.map(({ name }) => name))
    const dependent = manifests.npm.find(({ file }) =>
      dependenciesIn(source(file)?.text ?? '').some(
        (name) => name.startsWith(`${scope}/`) && !members.has(name),
      ),
    )
    if (dependent !== undefined) {
      return `${dependent.file} depends on packages of ${scope}, whose packages are private (${restricted.file})`
    }
  }
  return undefined
}

function dependenciesIn(text: string): readonly string[] {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown>
    return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap(
      (kind) => Object.keys((manifest[kind] ?? {}) as object),
    )
  } catch {
    return []
  }
}
