import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import type { Account, ReleaseFile, Signature, SigningKey } from './model.ts'
import type { Store } from './ports.ts'

/**
 * After a change of keys the old one is good for this long: another process that publishes meanwhile may have a clock
 * ahead of this one's, and clients take no signature that is younger than the end of its key.
 */
const OVERLAP_MS = 5 * 60_000

/** Releases signed in one transaction; others wait meanwhile. */
const BATCH = 50

/** Makes the first key of a registry that has none. */
export async function ensureSigningKey(store: Store, now: Date): Promise<void> {
  if ((await store.signingKeys.current()) !== undefined) return
  await store.transaction(async (tx) => {
    if ((await tx.signingKeys.current()) === undefined) await tx.signingKeys.create(newKey(now))
  })
}

/** Signs from now on with a new key. The old ones go on vouching for what they signed. */
export async function rotateSigningKey(
  store: Store,
  admin: Account,
  now: Date,
): Promise<SigningKey> {
  return store.transaction(async (tx) => {
    const key = newKey(now)
    await tx.signingKeys.retire(new Date(now.getTime() + OVERLAP_MS))
    await tx.signingKeys.create(key)
    await tx.log.audit({
      actor: admin.name,
      action: 'signing-key.rotated',
      subject: key.keyid,
      details: {},
    })
    return key
  })
}

function newKey(now: Date): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // As OpenSSH writes fingerprints, and npmjs its key ids.
  const fingerprint = createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')
  return {
    keyid: `SHA256:${fingerprint}`,
    publicKey: spki.toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    createdAt: now.toISOString(),
  }
}

/** The signature of a version as npm's clients check it; undefined while there is no key. */
export async function signVersion(
  store: Store,
  name: string,
  version: string,
  digests: ReleaseFile['digests'],
): Promise<Signature | undefined> {
  const key = await store.signingKeys.current()
  if (key === undefined) return undefined
  const text = `${name}@${version}:${integrityOf(digests)}`
  const sig = sign('sha256', Buffer.from(text), privateKeyOf(key)).toString('base64')
  return { keyid: key.keyid, sig }
}

/** npm's `dist.integrity`: Subresource Integrity with SHA-512. */
export function integrityOf({ sha512 = '' }: ReleaseFile['digests']): string {
  return `sha512-${Buffer.from(sha512, 'hex').toString('base64')}`
}

/** Parsed keys by id: there are as many as there were rotations. */
const parsed = new Map<string, KeyObject>()

/** The private half, ready to sign. */
export function privateKeyOf({ keyid, privateKey }: SigningKey): KeyObject {
  const known = parsed.get(keyid)
  if (known !== undefined) return known
  const der = Buffer.from(privateKey, 'base64')
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  parsed.set(keyid, key)
  return key
}

/** Signs what was published before the registry had a key. */
export async function signUnsigned(store: Store): Promise<void> {
  if ((await store.signingKeys.current()) === undefined) return
  for (;;) {
    const releases = await store.signingKeys.unsigned(BATCH)
    if (releases.length === 0) return
    await store.transaction(async (tx) => {
      for (const { id, name, version, digests } of releases) {
        const signature = await signVersion(tx, name, version, digests)
        if (signature !== undefined) await tx.signingKeys.setSignatures(id, [signature])
      }
      for (const id of new Set(releases.map(({ packageId }) => packageId))) {
        await tx.packages.touch(id)
      }
    })
  }
}
