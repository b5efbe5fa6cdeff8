import type { NpmTarballFacts } from '../archives/npm-tarball.ts'
import { InvalidUpload, quoted } from '../invalid-upload.ts'
import type { JsonObject } from './npm-publish-document.ts'

/** What runs by itself when a package from a registry is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

/**
 * What is fetched along with a package, and where its package.json may name it: npm before 7 writes optional
 * dependencies among the others too.
 */
const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  dependencies: ['dependencies', 'optionalDependencies'],
  optionalDependencies: ['optionalDependencies'],
  peerDependencies: ['peerDependencies'],
}

/**
 * Installers resolve by the manifest in the publish document and run what is in the tarball, so a document that names
 * other dependencies or hides scripts shows people one package and gives them another. What npm rewrites on the way is
 * let pass: repositories that stand for a dependency, paths of scripts, the build of a binding.gyp.
 * @throws InvalidUpload manifest_mismatch
 */
export function requireSameManifest(manifest: JsonObject, facts: NpmTarballFacts): void {
  for (const [member, places] of Object.entries(DEPENDENCIES)) {
    const packed = places.map((place) => new Map(membersOf(facts.packageJson, place)))
    for (const [name, range] of membersOf(manifest, member)) {
      if (packed.some((ranges) => ranges.has(name) && isSameRange(range, ranges.get(name))))
        continue
      throw mismatch(`names ${quoted(`${name}@${String(range)}`)} among its ${member}`)
    }
  }
  const shown = new Map(membersOf(manifest, 'scripts'))
  const packed = new Map(membersOf(facts.packageJson, 'scripts'))
  for (const script of INSTALL_SCRIPTS) {
    if (isSameScript(shown.get(script), packed.get(script))) continue
    if (script === 'install' && isImpliedBuild(shown, packed, facts)) continue
    throw mismatch(`has another ${script} script`)
  }
}

/** Anything but an object holds nothing: npm drops it. */
function membersOf(object: JsonObject, member: string): [name: string, value: unknown][] {
  const value = object[member]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : []
}

function isSameRange(shown: unknown, packed: unknown): boolean {
  return shown === packed || (isRepository(shown) && isRepository(packed))
}

/** npm writes `acme/widget` as `github:acme/widget`, and `git@…` as `git+ssh://git@…`. */
function isRepository(range: unknown): boolean {
  return typeof range === 'string' && /[/:]/.test(range) && !range.startsWith('npm:')
}

function isSameScript(shown: unknown, packed: unknown): boolean {
  return (shown || undefined) === (withoutFolder(packed) || undefined) || shown === packed
}

/** npm calls the programs of dependencies by their bare names. */
function withoutFolder(script: unknown): unknown {
  return typeof script === 'string'
    ? script.replace(/^(?:\.[/\\])?node_modules[/\\]\.bin[/\\]/, '')
    : undefined
}

/** npm adds this script where there is a binding.gyp and no script that could build it. */
function isImpliedBuild(
  shown: ReadonlyMap<string, unknown>,
  packed: ReadonlyMap<string, unknown>,
  { hasInstallScript }: NpmTarballFacts,
): boolean {
  return (
    hasInstallScript &&
    shown.get('install') === 'node-gyp rebuild' &&
    !packed.get('install') &&
    !packed.get('preinstall')
  )
}

function mismatch(what: string): InvalidUpload {
  return new InvalidUpload(
    'manifest_mismatch',
    `The publish document ${what}, and the package.json in the tarball does not. Publish with a client that reads the manifest from what it packs, as npm, pnpm and yarn do.`,
  )
}
