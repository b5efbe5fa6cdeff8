import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '@trustpub/identity'
import busboy from 'busboy'
import { MAX_METADATA_SIZE } from '../archives/core-metadata.ts'
import { refuse } from '../errors.ts'
import { attestationsTooLarge } from '../invalid-upload.ts'

/** The fields that decide something. What else the form says is read from the distribution itself. */
const FIELDS = [
  ':action',
  'protocol_version',
  'name',
  'version',
  'sha256_digest',
  'attestations',
] as const

/** Each classifier and each Requires-Dist is a part of its own; some projects have thousands. */
const MAX_PARTS = 20_000
/** Room in the request besides the file: descriptions, attestations and the lines around each part. */
const MAX_REST_BYTES = 16 * 1024 * 1024

export type UploadForm = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>

/** Takes the bytes of the part `content`. What it throws is kept until the whole form has been read. */
export type ReceiveContent = (filename: string, chunks: AsyncIterable<Buffer>) => Promise<void>

/** Bytes of the largest upload request where files may have `maxFileSize`. */
function maxFormSize(maxFileSize: number): number {
  return maxFileSize + MAX_REST_BYTES
}

/**
 * Reads the multipart form of a legacy upload (https://docs.pypi.org/api/upload/) in whatever order its parts come,
 * and to its end even if it is already known to be refused: clients look at the answer only after they have sent all.
 * @throws Refusal, or what `receive` threw
 */
export async function readUploadForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string | undefined,
  maxFileSize: number,
  receive: ReceiveContent,
): Promise<UploadForm> {
  const parser = openParser(contentType, maxFileSize)
  const form = new Map<string, string>()
  let content: Promise<void> | undefined
  let problem: unknown
  const fail = (reason: unknown) => {
    problem ??= reason
  }

  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated) fail(fieldTooLarge(name))
    if (!isKnown(name) || value === '') return
    if (form.has(name)) fail(malformed(`the field ${name} occurs twice`))
    form.set(name, value)
  })
  parser.on('file', (name, stream, { filename }) => {
    // The form may end early while nobody reads this part any more.
    stream.on('error', fail)
    stream.on('limit', () => fail(tooLarge(maxFileSize)))
    if (name === 'content' && content === undefined) {
      content = receiveWhole(stream, filename ?? '', receive).catch(fail)
      return
    }
    if (name === 'content') fail(malformed('the part content occurs twice'))
    stream.resume()
  })
  parser.on('partsLimit', () => fail(malformed(`it has more than ${MAX_PARTS} parts`)))

  const broken = await pipeline(atMost(body, maxFileSize), parser).then(() => undefined, asRefusal)
  await content
  // A form that breaks off also ends the part that is being received, which is then no news.
  if (broken !== undefined) throw broken
  if (problem !== undefined) throw problem
  if (content === undefined) throw malformed('it has no part content with the file')
  return Object.fromEntries(form)
}

function openParser(contentType: string | undefined, maxFileSize: number): busboy.Busboy {
  const limits = {
    parts: MAX_PARTS,
    fieldSize: MAX_METADATA_SIZE + 1,
    // Reaching the limit counts as exceeding it.
    fileSize: maxFileSize + 1,
  }
  try {
    return busboy({ headers: { 'content-type': contentType }, limits, preservePath: true })
  } catch {
    throw malformed('it is not multipart/form-data')
  }
}

async function receiveWhole(
  stream: Readable,
  filename: string,
  receive: ReceiveContent,
): Promise<void> {
  try {
    // The form's parser waits for the end of a part for ever if its stream is destroyed.
    await receive(filename, stream.iterator({ destroyOnReturn: false }))
  } finally {
    stream.resume()
  }
}

async function* atMost(
  body: AsyncIterable<Uint8Array>,
  maxFileSize: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxFormSize(maxFileSize)) throw tooLarge(maxFileSize)
    yield chunk
  }
}

function isKnown(name: string): boolean {
  return FIELDS.some((field) => field === name)
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return malformed(error instanceof Error ? error.message : String(error))
}

function malformed(reason: string): Refusal {
  return refuse('body_malformed', { reason })
}

function fieldTooLarge(name: string): Refusal {
  return name === 'attestations'
    ? attestationsTooLarge('2 MiB')
    : malformed(`the field ${name} is larger than 2 MiB`)
}

function tooLarge(maxFileSize: number): Refusal {
  return refuse('body_too_large', {
    limit: `the ${Math.ceil(maxFileSize / 1024 ** 2)} MB that a file may have`,
  })
}
