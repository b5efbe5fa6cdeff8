import { InvalidUpload, quoted } from '../invalid-upload.ts'
import { type CoreMetadata, MAX_METADATA_SIZE, parseCoreMetadata } from './core-metadata.ts'
import { parseDistributionFilename, requireAgreement } from './distribution-filename.ts'
import { type ArchiveInspector, inspectTarGz } from './tar-gz.ts'

/** What the registry needs to know of an sdist; sizes are bytes. */
export interface SdistFacts {
  readonly metadata: CoreMetadata
  /** PKG-INFO as it is. */
  readonly metadataBytes: Buffer
  readonly fileCount: number
  readonly unpackedSize: number
}

/**
 * Inspects the bytes of an sdist (PEP 625) while they stream past: one folder with a PKG-INFO that agrees with
 * the file name. Links are accepted if they stay inside that folder (PEP 721).
 * @throws InvalidUpload distribution_invalid, name_invalid or version_invalid
 */
export function inspectSdist(filename: string): ArchiveInspector<SdistFacts> {
  const parsed = parseDistributionFilename(filename)
  if (parsed.kind !== 'sdist') {
    throw new InvalidUpload(
      'distribution_invalid',
      `${quoted(filename)} is not an sdist's file name.`,
    )
  }
  const archive = inspectTarGz({
    code: 'distribution_invalid',
    subject: 'The sdist',
    requiredFile: 'PKG-INFO',
    requiredFileLimit: MAX_METADATA_SIZE,
    notableFiles: [],
    links: 'inside',
  })
  return {
    write: (chunk) => archive.write(chunk),
    abort: () => archive.abort(),
    async end() {
      const { requiredFile, fileCount, unpackedSize } = await archive.end()
      const metadata = parseCoreMetadata(requiredFile)
      requireAgreement(parsed, metadata)
      return { metadata, metadataBytes: requiredFile, fileCount, unpackedSize }
    },
  }
}
