import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { tarFiles } from '../archives/tar-reader.ts'
import { readFromZip } from '../archives/zip.ts'
import { type Artifact, digestFile } from '../artifact.ts'
import { refuse } from '../errors.ts'
import { type CoreMetadata, normalisedName, parseMetadata } from './metadata.ts'

/** A distribution that is to be uploaded. */
export interface PypiArtifact extends Artifact {
  readonly ecosystem: 'pypi'
  readonly kind: 'sdist' | 'wheel'
  /** `source`, or the Python tag of a wheel such as `py3`. */
  readonly pythonVersion: string
  readonly metadata: CoreMetadata
  /** Attestations that lie beside the file, as pypi-attestations and other builders leave them (PEP 740). */
  readonly attestations: readonly unknown[]
}

export const PYPI: URL = new URL('https://upload.pypi.org/legacy/')
export const TESTPYPI: URL = new URL('https://test.pypi.org/legacy/')

/** name-version(-build)-python-abi-platform.whl (PEP 427). */
const WHEEL =
  /^([A-Za-z0-9._]+)-([A-Za-z0-9._!+]+)(?:-[0-9][A-Za-z0-9_.]*)?-([A-Za-z0-9_.]+)-[A-Za-z0-9_.]+-[A-Za-z0-9_.]+\.whl$/
/** name-version.tar.gz (PEP 625); the version has no dash. */
const SDIST = /^([A-Za-z0-9._-]+)-([A-Za-z0-9._!+]+)\.tar\.gz$/

/** Whether a file of this name is sent to Python indexes. */
export function isDistribution(filename: string): boolean {
  return WHEEL.test(filename) || SDIST.test(filename)
}

/** Reads and checks a wheel or an sdist. @throws Refusal `distribution_invalid` */
export async function readDistribution(path: string, registry: URL): Promise<PypiArtifact> {
  const filename = basename(path)
  const wheel = WHEEL.exec(filename)
  const [, stemName = '', stemVersion = ''] = wheel ?? SDIST.exec(filename) ?? []
  const invalid = (reason: string) => refuse('distribution_invalid', { file: filename, reason })
  const metadata = await readMetadata(path, wheel !== null, `${stemName}-${stemVersion}`).catch(
    (error: unknown) => {
      throw invalid(error instanceof Error ? error.message : String(error))
    },
  )
  if (normalisedName(metadata.name) !== normalisedName(stemName)) {
    throw invalid(`its metadata is of the project ${metadata.name}: build it again`)
  }
  return {
    ecosystem: 'pypi',
    name: metadata.name,
    version: metadata.version,
    registry,
    filename,
    path,
    ...(await digestFile(path, ['sha256'])),
    identity: 'sha256',
    kind: wheel === null ? 'sdist' : 'wheel',
    pythonVersion: wheel?.[3] ?? 'source',
    metadata,
    attestations: await attestationsBeside(path),
  }
}

async function readMetadata(path: string, isWheel: boolean, stem: string): Promise<CoreMetadata> {
  const bytes = isWheel ? await wheelMetadata(path, stem) : await sdistMetadata(path)
  if (bytes === undefined) {
    throw new Error(isWheel ? 'it has no METADATA' : 'it has no PKG-INFO in its folder')
  }
  return parseMetadata(bytes)
}

function wheelMetadata(path: string, stem: string): Promise<Buffer | undefined> {
  return readFromZip(path, (entry) => entry === `${stem}.dist-info/METADATA`)
}

async function sdistMetadata(path: string): Promise<Buffer | undefined> {
  const wanted = (entry: string) => /^(?:\.\/)?[^/]+\/PKG-INFO$/.test(entry)
  for await (const { bytes } of tarFiles(path, wanted)) if (bytes !== undefined) return bytes
  return undefined
}

/** `<file>.publish.attestation`, `<file>.slsa.attestation` and the like, as uv and pypi-attestations name them. */
async function attestationsBeside(path: string): Promise<unknown[]> {
  const prefix = `${basename(path)}.`
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.attestation'),
  )
  return Promise.all(
    names.sort().map(async (name) => {
      try {
        return JSON.parse(await readFile(join(dirname(path), name), 'utf8')) as unknown
      } catch {
        throw refuse('distribution_invalid', { file: name, reason: 'it is not valid JSON' })
      }
    }),
  )
}
