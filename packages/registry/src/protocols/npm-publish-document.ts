import { isUtf8 } from 'node:buffer'
import {
  type DistTag,
  type NpmName,
  type NpmVersion,
  parseDistTag,
  parseNpmName,
  parseNpmVersion,
} from '../domain/names.ts'
import { attestationsTooLarge, InvalidUpload, quoted } from '../invalid-upload.ts'
import { malformed } from './npm-publish-scanner.ts'

/** An object as JSON.parse made it: its keys are the sender's choice, `__proto__` included. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A tarball that was streamed out of the document; sizes are bytes. */
export interface StreamedTarball {
  readonly filename: string
  readonly size: number
}

/** `npm publish`: one version with its tarball. */
export interface PublishDocument {
  readonly kind: 'publish'
  readonly name: NpmName
  readonly version: NpmVersion
  readonly manifest: JsonObject
  /** The tags that are to point at this version. */
  readonly tags: readonly DistTag[]
  readonly access: 'public' | 'restricted' | undefined
  readonly tarball: StreamedTarball & { readonly contentType: string }
  /** The Sigstore bundle as JSON text, if one is attached. */
  readonly sigstore: string | undefined
}

/** A document without attachments: deprecation, owners, unpublishing, stars. Nothing in it is checked yet. */
export interface MetadataDocument {
  readonly kind: 'metadata'
  readonly document: JsonObject
}

/** Characters; a packument holds the manifests of all versions at once. */
const MAX_MANIFEST_LENGTH = 1024 * 1024

/** Characters; bundles have some 10 kB. */
const MAX_SIGSTORE_LENGTH = 1024 * 1024

/**
 * Reads the kept text of a publish document; `streamed` is the tarball that was taken out of it.
 * @throws InvalidUpload publish_malformed, name_invalid, version_invalid or too_large
 */
export function readPublishDocument(
  text: Buffer,
  streamed: StreamedTarball | undefined,
): PublishDocument | MetadataDocument {
  const document = parseObject(text)
  const attachments = object(document._attachments ?? {}, '_attachments')
  if (Object.keys(attachments).length === 0) return { kind: 'metadata', document }
  if (streamed === undefined) throw malformed('has attachments, but no tarball among them')

  const name = parseNpmName(string(document.name, 'name'))
  const { version, manifest } = readVersion(object(document.versions, 'versions'), name)
  requireFilenames(Object.keys(attachments), name, version)
  return {
    kind: 'publish',
    name,
    version,
    manifest,
    tags: readTags(object(document['dist-tags'] ?? {}, 'dist-tags'), version),
    access: readAccess(document.access),
    tarball: readTarball(attachments, streamed),
    sigstore: readSigstore(attachments),
  }
}

function parseObject(text: Buffer): JsonObject {
  if (!isUtf8(text)) throw malformed('is not UTF-8 text')
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch {
    throw malformed('is not valid JSON, or was cut short')
  }
  return object(value, 'whole')
}

function readVersion(
  versions: JsonObject,
  name: NpmName,
): { version: NpmVersion; manifest: JsonObject } {
  const [entry, second] = Object.entries(versions)
  if (entry === undefined || second !== undefined) {
    throw malformed('must have exactly one version beside its tarball')
  }
  const version = parseNpmVersion(entry[0])
  const manifest = object(entry[1], 'manifest')
  if (JSON.stringify(manifest).length > MAX_MANIFEST_LENGTH) {
    throw new InvalidUpload(
      'too_large',
      `The manifest, with its readme, is longer than ${MAX_MANIFEST_LENGTH} characters.`,
    )
  }
  if (manifest.name !== name || manifest.version !== version) {
    throw malformed(`has a manifest that is not of ${name} ${version}`)
  }
  return { version, manifest }
}

/** Clients name attachments after the package; npm with its scope, others may leave that out. */
function requireFilenames(filenames: readonly string[], name: NpmName, version: NpmVersion): void {
  const unscoped = name.slice(name.indexOf('/') + 1)
  for (const filename of filenames) {
    const stem = filename.replace(/\.(?:tgz|sigstore)$/, '')
    if (stem !== `${name}-${version}` && stem !== `${unscoped}-${version}`) {
      throw malformed(`attaches ${quoted(filename)}, which is not named after ${name} ${version}`)
    }
  }
}

function readTags(tags: JsonObject, version: NpmVersion): readonly DistTag[] {
  return Object.entries(tags).map(([tag, target]) => {
    if (target !== version) throw malformed(`has a dist-tag that does not point at ${version}`)
    return parseDistTag(tag)
  })
}

function readAccess(access: unknown): 'public' | 'restricted' | undefined {
  if (access === null || access === undefined) return undefined
  if (access === 'public' || access === 'restricted') return access
  throw malformed('has an access that is neither "public" nor "restricted"')
}

function readTarball(
  attachments: JsonObject,
  streamed: StreamedTarball,
): PublishDocument['tarball'] {
  const attachment = object(attachments[streamed.filename], 'attachment')
  const { content_type: contentType = 'application/octet-stream', length, data } = attachment
  if (data !== '') throw malformed('has a tarball whose data is not a string')
  if (length !== undefined && length !== streamed.size) {
    throw malformed(
      `says its tarball has ${quoted(String(length))} bytes, but ${streamed.size} arrived`,
    )
  }
  return { ...streamed, contentType: string(contentType, 'content_type') }
}

function readSigstore(attachments: JsonObject): string | undefined {
  const filename = Object.keys(attachments).find((key) => key.endsWith('.sigstore'))
  if (filename === undefined) return undefined
  const { data, length } = object(attachments[filename], 'attachment')
  const text = string(data, 'Sigstore bundle')
  if (text.length > MAX_SIGSTORE_LENGTH) {
    throw attestationsTooLarge(`${MAX_SIGSTORE_LENGTH} characters`)
  }
  if (length !== undefined && length !== text.length) {
    throw malformed('says another length than its Sigstore bundle has')
  }
  return text
}

function object(value: unknown, what: string): JsonObject {
  if (isObject(value)) return value
  throw malformed(what === 'whole' ? 'is not a JSON object' : `has no object as its ${what}`)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function string(value: unknown, what: string): string {
  if (typeof value === 'string') return value
  throw malformed(`has no text as its ${what}`)
}
