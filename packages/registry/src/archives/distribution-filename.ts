import { type NormalisedPypiName, parsePypiName } from '../domain/names.ts'
import { comparePep440, type Pep440Version, parsePep440 } from '../domain/pep440.ts'
import { InvalidUpload, quoted } from '../invalid-upload.ts'
import type { CoreMetadata } from './core-metadata.ts'

/** What a distribution's file name says; `stem` is the name-version part as written. */
export interface DistributionFilename {
  readonly kind: 'sdist' | 'wheel'
  readonly stem: string
  readonly normalised: NormalisedPypiName
  readonly version: Pep440Version
}

/** The limit of common file systems, in bytes; names are ASCII here. */
const MAX_FILENAME_LENGTH = 255

/** name-version(-build)-python-abi-platform.whl (PEP 427, PEP 425 for the tags). */
const WHEEL =
  /^([A-Za-z0-9._]+-[A-Za-z0-9._!+]+)(?:-[0-9][A-Za-z0-9_.]*)?(?:-[A-Za-z0-9_.]+){3}\.whl$/

/** name-version.tar.gz (PEP 625); setuptools before 69.3 left '-' and '.' in names, so these are read too. */
const SDIST = /^([A-Za-z0-9._-]+-[A-Za-z0-9._!+]+)\.tar\.gz$/

/**
 * Reads the file name of a wheel or sdist; every other kind is refused, as on PyPI (PEP 527, PEP 715).
 * @throws InvalidUpload distribution_invalid, name_invalid or version_invalid
 */
export function parseDistributionFilename(filename: string): DistributionFilename {
  const long = filename.length > MAX_FILENAME_LENGTH
  const wheel = long ? undefined : WHEEL.exec(filename)?.[1]
  const sdist = long ? undefined : SDIST.exec(filename)?.[1]
  const stem = wheel ?? sdist
  if (stem === undefined) throw unknownKind(filename)
  // The version has no '-' in either kind, so the last one ends the name.
  const dash = stem.lastIndexOf('-')
  return {
    kind: wheel === undefined ? 'sdist' : 'wheel',
    stem,
    normalised: parsePypiName(stem.slice(0, dash)).normalised,
    version: parsePep440(stem.slice(dash + 1)),
  }
}

/** @throws InvalidUpload distribution_invalid unless the metadata is of the project and version in the file name. */
export function requireAgreement(filename: DistributionFilename, metadata: CoreMetadata): void {
  const { name, version } = metadata
  if (name.normalised === filename.normalised && comparePep440(version, filename.version) === 0) {
    return
  }
  throw new InvalidUpload(
    'distribution_invalid',
    `The file name is of ${filename.normalised} ${filename.version.normalised}, but the metadata inside is of ${name.normalised} ${version.normalised}. Build the distribution again.`,
  )
}

function unknownKind(filename: string): InvalidUpload {
  const extension = /\.(?:tar\.gz|whl)$/.test(filename)
    ? 'which is not name-version.tar.gz or name-version-python-abi-platform.whl'
    : 'which is neither a wheel (.whl) nor an sdist (.tar.gz); no other kind of distribution is accepted'
  return new InvalidUpload(
    'distribution_invalid',
    `The file is named ${quoted(filename)}, ${extension}.`,
  )
}
