import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PUBLIC_ISSUERS } from '@trustpub/identity'
import { pypiPublishStatement, toAttestation } from '@trustpub/provenance'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Finding } from './finding.ts'
import { Http } from './http.ts'
import { Session } from './session.ts'
import { verifyAll } from './verify.ts'
import { openSigningKit, provenanceFor, type SigningKit, sha256Of } from './verify-testing.ts'

const WHEEL = 'acme_widget-1.0.0-py3-none-any.whl'

let kit: SigningKit
let folder: string
beforeAll(async () => {
  kit = await openSigningKit()
})
afterAll(() => kit.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trustpub-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function verify(name: string, bundle?: string): Promise<Finding> {
  const http = new Http()
  const source = { kind: 'file', path: kit.trustedRoot } as const
  const session = new Session({ http, issuers: PUBLIC_ISSUERS, source })
  const item = { kind: 'file', path: join(folder, name), bundle } as const
  const [finding] = await verifyAll(
    [item],
    session,
    () => ({}),
    () => undefined,
  )
  if (finding === undefined) throw new Error('There is no finding')
  return finding
}

function codesOf({ problems, files }: Finding): string[] {
  return [...problems, ...files.flatMap((file) => file.problems)].map(({ code }) => code)
}

async function attest(filename: string, content: string): Promise<string> {
  const statement = pypiPublishStatement({ filename, sha256: sha256Of(content) })
  return JSON.stringify(toAttestation(await kit.signAs(statement)))
}

it('verifies a wheel with the attestations beside it, whatever their kind', async () => {
  await writeFile(join(folder, WHEEL), 'wheel')
  await writeFile(join(folder, `${WHEEL}.publish.attestation`), await attest(WHEEL, 'wheel'))
  const statement = pypiPublishStatement({ filename: WHEEL, sha256: sha256Of('wheel') })
  await writeFile(join(folder, `${WHEEL}.sigstore`), JSON.stringify(await kit.signAs(statement)))
  await writeFile(join(folder, `${WHEEL}.sigstore.bak`), 'none of ours')
  const finding = await verify(WHEEL)
  expect(finding).toMatchObject({ status: 'provenance', files: [{ problems: [], read: true }] })
  expect(finding.files[0]?.attestations).toHaveLength(2)
})

it('verifies an npm tarball under any name with the bundle that was named', async () => {
  await writeFile(join(folder, 'renamed.tgz'), 'tarball')
  const bundle = await kit.signAs(provenanceFor('@acme/widget', '1.0.0', 'tarball'))
  const path = join(folder, 'bundle.json')
  await writeFile(path, JSON.stringify(bundle))
  const finding = await verify('renamed.tgz', path)
  expect(finding.status).toBe('provenance')
  expect(finding.files[0]?.attestations[0]?.subject).toBe('pkg:npm/%40acme/widget@1.0.0')
  await writeFile(join(folder, 'renamed.tgz'), 'other')
  expect(codesOf(await verify('renamed.tgz', path))).toEqual(['digest_mismatch'])
})

it('fails without a bundle, with one for another file, and with one that is none', async () => {
  await writeFile(join(folder, WHEEL), 'wheel')
  expect(codesOf(await verify(WHEEL))).toEqual(['nothing_found'])
  const beside = join(folder, `${WHEEL}.publish.attestation`)
  await writeFile(beside, await attest('other-1.0.0.tar.gz', 'wheel'))
  expect(codesOf(await verify(WHEEL))).toEqual(['subject_mismatch'])
  await writeFile(beside, 'nonsense')
  expect(codesOf(await verify(WHEEL))).toEqual(['bundle_unreadable'])
  await writeFile(beside, '[]')
  expect(codesOf(await verify(WHEEL))).toEqual(['bundle_malformed'])
  await writeFile(beside, ' '.repeat(2 * 1024 * 1024))
  expect(codesOf(await verify(WHEEL))).toEqual(['bundle_unreadable'])
})

it('is told by the system if the file is not there', async () => {
  await expect(verify('missing.whl')).rejects.toThrow('ENOENT')
})
