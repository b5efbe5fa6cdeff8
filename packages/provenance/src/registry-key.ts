import { createPublicKey, type KeyObject } from 'node:crypto'
import { refuse } from './errors.ts'

/** A registry's key, as `/-/npm/v1/keys` lists it: SPKI DER in base64, and when it ends (`null`: not yet). */
export interface RegistryKey {
  readonly keyid: string
  readonly key: string
  readonly expires: string | null
}

/** A key in the form that the verifying library asks for. */
export interface ValidKey {
  readonly publicKey: KeyObject
  readonly expires: string | null
  readonly validFor: (time: Date) => boolean
}

/**
 * The key with this id.
 * @throws Refusal `signing_key_unknown`, also for a key that cannot be read
 */
export function registryKey(keys: readonly RegistryKey[], keyid: string): ValidKey {
  const found = keys.find((key) => key.keyid === keyid)
  const publicKey = found && readKey(found.key)
  if (found === undefined || publicKey === undefined)
    throw refuse('signing_key_unknown', { keyid: keyid.slice(0, 200) })
  const { expires } = found
  const end = expires === null ? Number.POSITIVE_INFINITY : Date.parse(expires)
  // A date that cannot be read is NaN, which no time is before.
  return { publicKey, expires, validFor: (time) => time.getTime() < end }
}

function readKey(base64: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
