import { InvalidUpload, quoted } from '../invalid-upload.ts'
import { type CoreMetadata, MAX_METADATA_SIZE, parseCoreMetadata } from './core-metadata.ts'
import {
  type DistributionFilename,
  parseDistributionFilename,
  requireAgreement,
} from './distribution-filename.ts'
import { MalformedArchive } from './problem.ts'
import { type RandomAccess, readZipDirectory, readZipEntry, type ZipEntry } from './zip.ts'

/** What the registry needs to know of a wheel. */
export interface WheelFacts {
  readonly metadata: CoreMetadata
  /** METADATA as it is, to be served beside the wheel (PEP 658). */
  readonly metadataBytes: Buffer
}

/** Every wheel has these in its .dist-info folder (PEP 427, "File contents"). */
const REQUIRED = ['METADATA', 'WHEEL', 'RECORD']

/**
 * Inspects a wheel (PEP 427): a sound zip archive whose only .dist-info folder belongs to the file name and
 * whose metadata agrees with it. Contents other than METADATA are not unpacked.
 * @throws InvalidUpload distribution_invalid, name_invalid or version_invalid
 */
export async function inspectWheel(source: RandomAccess, filename: string): Promise<WheelFacts> {
  const parsed = parseDistributionFilename(filename)
  if (parsed.kind !== 'wheel') {
    throw new InvalidUpload(
      'distribution_invalid',
      `${quoted(filename)} is not a wheel's file name.`,
    )
  }
  const metadataBytes = await readMetadata(source, parsed)
  const metadata = parseCoreMetadata(metadataBytes)
  requireAgreement(parsed, metadata)
  return { metadata, metadataBytes }
}

async function readMetadata(source: RandomAccess, filename: DistributionFilename): Promise<Buffer> {
  try {
    const entries = await readZipDirectory(source)
    const metadata = findMetadata(entries, filename)
    return await readZipEntry(source, metadata, MAX_METADATA_SIZE)
  } catch (error) {
    if (!(error instanceof MalformedArchive)) throw error
    throw new InvalidUpload(
      'distribution_invalid',
      `The wheel is not acceptable: ${error.message}.`,
    )
  }
}

function findMetadata(entries: readonly ZipEntry[], { stem }: DistributionFilename): ZipEntry {
  const folder = `${stem}.dist-info`
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  for (const path of byPath.keys()) {
    const top = path.split('/', 1)[0] ?? ''
    // Installers that look for any folder of that kind must not find another one.
    if (top.toLowerCase().endsWith('.dist-info') && top !== folder) {
      throw new MalformedArchive(`it has ${quoted(top)} where only ${quoted(folder)} belongs`)
    }
  }
  for (const file of REQUIRED) {
    if (!byPath.has(`${folder}/${file}`)) throw new MalformedArchive(`it has no ${folder}/${file}`)
  }
  const metadata = byPath.get(`${folder}/METADATA`)
  if (metadata === undefined) throw new MalformedArchive(`it has no ${folder}/METADATA`)
  return metadata
}
