import { isUtf8 } from 'node:buffer'
import { InvalidUpload } from '../invalid-upload.ts'
import { type ArchiveInspector, inspectTarGz, type TarGzFacts } from './tar-gz.ts'

/** The largest package.json files on npm have some 100 kB. */
const MAX_PACKAGE_JSON_SIZE = 1024 * 1024

/** Scripts that npm runs when the package is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

/** What the registry needs to know of an npm package's tarball; sizes are bytes. */
export interface NpmTarballFacts {
  /** As package.json has them, unchecked. */
  readonly name: string
  readonly version: string
  readonly packageJson: Readonly<Record<string, unknown>>
  /** Whether installing it runs code: an install script, or a binding.gyp that npm builds by itself. */
  readonly hasInstallScript: boolean
  readonly hasShrinkwrap: boolean
  readonly fileCount: number
  readonly unpackedSize: number
}

/**
 * Inspects the bytes of an npm `.tgz` while they stream past. Links are refused: npm never packs them and
 * drops them when it installs. Problems are thrown as InvalidUpload with code tarball_invalid.
 */
export function inspectNpmTarball(): ArchiveInspector<NpmTarballFacts> {
  const archive = inspectTarGz({
    code: 'tarball_invalid',
    subject: 'The tarball',
    requiredFile: 'package.json',
    requiredFileLimit: MAX_PACKAGE_JSON_SIZE,
    notableFiles: ['binding.gyp', 'npm-shrinkwrap.json'],
    links: 'refused',
  })
  return {
    write: (chunk) => archive.write(chunk),
    end: async () => readFacts(await archive.end()),
    abort: () => archive.abort(),
  }
}

function readFacts(archive: TarGzFacts): NpmTarballFacts {
  const packageJson = readPackageJson(archive.requiredFile)
  const { name, version } = packageJson
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw invalid('has no name or no version')
  }
  return {
    name,
    version,
    packageJson,
    hasInstallScript: hasInstallScript(packageJson, archive.notableFiles.has('binding.gyp')),
    hasShrinkwrap: archive.notableFiles.has('npm-shrinkwrap.json'),
    fileCount: archive.fileCount,
    unpackedSize: archive.unpackedSize,
  }
}

function readPackageJson(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw invalid('is not UTF-8 text')
  let value: unknown
  try {
    // npm itself drops a byte order mark.
    value = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''))
  } catch {
    throw invalid('is not valid JSON')
  }
  if (!isRecord(value)) throw invalid('is not a JSON object')
  return value
}

function hasInstallScript(packageJson: Record<string, unknown>, hasGyp: boolean): boolean {
  const { scripts, gypfile } = packageJson
  if (hasGyp && gypfile !== false) return true
  return isRecord(scripts) && INSTALL_SCRIPTS.some((name) => Boolean(scripts[name]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(problem: string): InvalidUpload {
  return new InvalidUpload('tarball_invalid', `The tarball's package.json ${problem}.`)
}
