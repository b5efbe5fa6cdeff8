import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrustedPublisher } from '@trustpub/identity'
import { afterAll, expect, it } from 'vitest'
import { fromAttestation } from './attestation.ts'
import { requireSigner } from './signer.ts'
import { pypiSubject } from './statement.ts'
import { loadTrust } from './trust.ts'
import { verifyBundle } from './verify.ts'

const FILE = 'pypi_attestations-0.0.19.tar.gz'
const folder = mkdtempSync(join(tmpdir(), 'trustpub-published-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The roots of the public Sigstore, as the library brings them along. */
function publicRoots() {
  const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json')
  const { targets } = seeds['https://tuf-repo-cdn.sigstore.dev']
  const path = join(folder, 'trusted_root.json')
  writeFileSync(path, Buffer.from(targets['trusted_root.json'], 'base64'))
  return loadTrust({ kind: 'file', path })
}

const attestation = (): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${FILE}.publish.attestation`, import.meta.url), 'utf8'))

const publisher = (repository: string, workflow: string): TrustedPublisher => ({
  provider: 'github',
  issuer: 'https://token.actions.githubusercontent.com',
  fields: { repository, workflow },
  pins: {},
})

it('takes an attestation that PyPI has published for that of its publisher, and no other', async () => {
  const bundle = fromAttestation(attestation())
  const { statement, signer } = await verifyBundle(bundle, await publicRoots())
  if (signer === undefined) throw new Error('There is no signer.')
  expect(statement.subject[0]?.name).toBe(FILE)
  const repository = String(signer.claims.repository)
  expect(repository).toMatch(/\/pypi-attestations$/)
  expect(() => requireSigner(publisher(repository, 'release.yml'), signer)).not.toThrow()
  expect(() => requireSigner(publisher(repository, 'other.yml'), signer)).toThrow(
    expect.objectContaining({ code: 'signer_workflow' }),
  )
})

it('refuses it for a file of another digest', async () => {
  const subject = pypiSubject({ filename: FILE, sha256: '0'.repeat(64) })
  const verified = verifyBundle(fromAttestation(attestation()), await publicRoots(), { subject })
  await expect(verified).rejects.toMatchObject({ code: 'digest_mismatch' })
})
