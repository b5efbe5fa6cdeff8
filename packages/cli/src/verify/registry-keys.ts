import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { RegistryKey } from '@trustpub/provenance'
import { refuse } from './errors.ts'
import type { Http } from './http.ts'
import { askJson, isObject, type Json, listIn, textIn } from './json.ts'

/** A key takes some hundred bytes. */
const MAX_KEYS_BYTES = 256 * 1024
/** What registries without keys answer. */
const NO_KEYS = [400, 404]

/** A key of a registry, ready for use; undefined if it cannot be read. */
export interface SigningKey extends RegistryKey {
  readonly publicKey: KeyObject | undefined
}

/** The keys that an npm registry signs with, `GET /-/npm/v1/keys`; none if it does not sign. @throws Refusal */
export async function readKeys(http: Http, registry: URL): Promise<readonly SigningKey[]> {
  const url = new URL('-/npm/v1/keys', registry)
  const answer = await askJson(http, { url, limit: MAX_KEYS_BYTES }, NO_KEYS)
  return listIn(answer, 'keys').flatMap((entry) => {
    const [keyid, key] = [textIn(entry, 'keyid'), textIn(entry, 'key')]
    if (keyid === undefined || key === undefined) return []
    return [{ keyid, key, expires: textIn(entry, 'expires') ?? null, publicKey: readKey(key) }]
  })
}

/** What a registry signed for a version. */
export interface Signed {
  readonly registry: URL
  readonly name: string
  readonly version: string
  /** `dist` as the registry sent it. */
  readonly dist: Json
  /** When the version was published; asked only if a key has an end. */
  readonly published: () => Promise<string | undefined>
}

/**
 * Verifies every entry of `dist.signatures`, as npm does, and gives the ids of their keys.
 * @throws Refusal `signature_invalid`, `signature_key_unknown`, `signature_key_expired`
 */
export async function verifySignatures(
  signed: Signed,
  keys: readonly SigningKey[],
): Promise<string[]> {
  const { name, version, dist } = signed
  const text = Buffer.from(`${name}@${version}:${textIn(dist, 'integrity') ?? ''}`)
  const keyids: string[] = []
  for (const entry of listIn(dist, 'signatures')) {
    const keyid = (textIn(entry, 'keyid') ?? '').slice(0, 200)
    const values = { package: `${name}@${version}`, keyid, registry: signed.registry.host }
    const key = keys.find((each) => each.keyid === keyid)
    if (key === undefined) throw refuse('signature_key_unknown', values)
    if (!isSignature(key, text, isObject(entry) ? entry.sig : undefined))
      throw refuse('signature_invalid', values)
    await requireInTime(key, signed, values)
    keyids.push(keyid)
  }
  return keyids
}

function readKey(base64: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function isSignature({ publicKey }: SigningKey, text: Buffer, sig: unknown): boolean {
  if (typeof sig !== 'string' || publicKey === undefined) return false
  return verify('sha256', text, publicKey, Buffer.from(sig, 'base64'))
}

async function requireInTime(
  { expires }: SigningKey,
  { published }: Signed,
  values: { readonly package: string; readonly keyid: string; readonly registry: string },
): Promise<void> {
  if (expires === null) return
  const time = await published()
  // What cannot be read is NaN, and no comparison with that is true.
  if (time !== undefined && Date.parse(time) < Date.parse(expires)) return
  throw refuse('signature_key_expired', { ...values, expires, published: time ?? 'nothing' })
}
