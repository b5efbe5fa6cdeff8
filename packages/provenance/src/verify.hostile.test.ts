import { Refusal } from '@trustpub/identity'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bundle } from './bundle.ts'
import { MAX_BUNDLE_BYTES } from './read-bundle.ts'
import { doubling } from './testing/costly-der.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'
import { signed, statement } from './testing/signed-bundle.ts'
import { verifyBundle } from './verify.ts'

let sigstore: MockSigstore
let bundle: Bundle

beforeAll(async () => {
  sigstore = await startMockSigstore()
  bundle = await signed(statement, sigstore.services)
})

afterAll(() => sigstore.close())

/** The bundle with a change. */
function changed(change: (copy: Bundle) => void): Bundle {
  const copy = structuredClone(bundle)
  change(copy)
  return copy
}

const refusing = (code: string) => expect.objectContaining({ code, status: 422 })
const verifying = (given: unknown) => verifyBundle(given, sigstore.trust)

describe('verifyBundle refuses', () => {
  it.each([
    ['not JSON', '{', 'bundle_malformed'],
    ['a list', [], 'bundle_malformed'],
    ['nothing', undefined, 'bundle_malformed'],
    ['a number that JSON lacks', { a: 1n }, 'bundle_malformed'],
    ['no media type', {}, 'bundle_version_unknown'],
    [
      'version 0.4',
      { mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' },
      'bundle_version_unknown',
    ],
    ['20 MB', ' '.repeat(20 * 1024 * 1024), 'bundle_too_large'],
  ])('what is %s', async (_, given, code) => {
    await expect(verifying(given)).rejects.toEqual(refusing(code))
  })

  it('a bundle one byte too large', async () => {
    const text = JSON.stringify(bundle)
    const padded = (size: number) => text + ' '.repeat(size - Buffer.byteLength(text))
    await expect(verifying(padded(MAX_BUNDLE_BYTES))).resolves.toBeDefined()
    const verified = verifying(padded(MAX_BUNDLE_BYTES + 1))
    await expect(verified).rejects.toEqual(refusing('bundle_too_large'))
  })

  it('a bundle that signs the file itself', async () => {
    const made = changed((copy) => {
      const messageDigest = { algorithm: 'SHA2_256', digest: 'AAAA' }
      delete (copy as { dsseEnvelope?: unknown }).dsseEnvelope
      Object.assign(copy, { messageSignature: { messageDigest, signature: 'AAAA' } })
    })
    await expect(verifying(made)).rejects.toEqual(refusing('bundle_malformed'))
  })

  it('a bundle with many log entries, before checking any', async () => {
    const made = changed(({ verificationMaterial: material }) => {
      const [entry] = material.tlogEntries
      material.tlogEntries = Array.from({ length: 100 }, () => entry) as typeof material.tlogEntries
    })
    await expect(verifying(made)).rejects.toEqual(refusing('bundle_malformed'))
  })

  it.each([
    ['that doubles the work with every four bytes', doubling(31)],
    ['that is larger than any', Buffer.alloc(20_000)],
  ])('a certificate or timestamp %s, at once', async (_, der) => {
    const rawBytes = der.toString('base64')
    const before = performance.now()
    for (const part of [
      { certificate: { rawBytes } },
      { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: rawBytes }] } },
    ]) {
      const made = changed(({ verificationMaterial }) => Object.assign(verificationMaterial, part))
      await expect(verifying(made)).rejects.toEqual(refusing('bundle_malformed'))
    }
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('a checkpoint whose signer is named by a regular expression, at once', async () => {
    const made = changed(({ verificationMaterial: { tlogEntries } }) => {
      const [entry] = tlogEntries
      const { checkpoint } = entry?.inclusionProof ?? { checkpoint: { envelope: '' } }
      const [note = '', line = ''] = checkpoint.envelope.split('\n\n')
      const signature = line.split(' ').at(-1)
      checkpoint.envelope = `${note}\n\n\u2014 ${'(.*)*'.repeat(20)}! ${signature}`
    })
    const before = performance.now()
    await expect(verifying(made)).rejects.toEqual(refusing('log_entry_invalid'))
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('every bundle with one part replaced, with a refusal and never a failure', async () => {
    const paths = leaves(JSON.parse(JSON.stringify(bundle)))
    const value = fc.oneof(
      fc.constantFrom(null, 0, -1, '', 'AAAA', [], {}, true, '9'.repeat(400)),
      fc.base64String(),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), value, async (path, replacement) => {
        const copy = JSON.parse(JSON.stringify(bundle))
        const parent = path.slice(0, -1).reduce((node, name) => node[name], copy)
        const name = path.at(-1) as string
        fc.pre(parent[name] !== replacement)
        parent[name] = replacement
        const outcome = await verifying(copy).catch((error: unknown) => error)
        // What is not signed over may change: the position in the log's shard, and what JSON calls absent.
        if (!(outcome instanceof Refusal)) expect(outcome).toMatchObject({ statement })
      }),
      { numRuns: 300 },
    )
  })
})

/** The paths to every part of a JSON value. */
function leaves(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([name, each]) => leaves(each, [...path, name]))
  return path.length === 0 ? inner : [path, ...inner]
}
