import { PUBLIC_ISSUERS } from '@trustpub/identity'
import { pypiPublishStatement, toAttestation } from '@trustpub/provenance'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publisherOf } from './expectation.ts'
import type { Finding } from './finding.ts'
import { Http } from './http.ts'
import type { PypiItem } from './item.ts'
import { Session } from './session.ts'
import { verifyAll } from './verify.ts'
import {
  type Answers,
  openSigningKit,
  type SigningKit,
  sha256Of,
  startTestRegistry,
  type TestRegistry,
} from './verify-testing.ts'

const WHEEL = 'acme_widget-1.0.0-py3-none-any.whl'
const SDIST = 'acme_widget-1.0.0.tar.gz'
const PUBLISHER = {
  kind: 'GitHub',
  repository: 'acme/widget',
  workflow: 'release.yml',
  environment: 'release',
}

let kit: SigningKit
let attestation: unknown
let registry: TestRegistry
let http: Http

beforeAll(async () => {
  kit = await openSigningKit()
  attestation = await attestationOf(WHEEL)
})
afterAll(() => kit.close())

beforeEach(async () => {
  registry = await startTestRegistry()
  http = new Http(undefined, [])
  Object.assign(registry.answers, {
    ...page({ [WHEEL]: '/integrity/wheel', [SDIST]: null }),
    '/integrity/wheel': provenance(PUBLISHER, attestation),
    [`/files/${WHEEL}`]: WHEEL,
    [`/files/${SDIST}`]: SDIST,
  })
})
afterEach(async () => {
  http.close()
  await registry.close()
})

/** In these tests the content of a file is its name. */
async function attestationOf(filename: string, content = filename): Promise<unknown> {
  const statement = pypiPublishStatement({ filename, sha256: sha256Of(content) })
  return toAttestation(await kit.signAs(statement))
}

function page(provenances: Readonly<Record<string, string | null>>): Answers {
  const files = Object.entries(provenances).map(([filename, path]) => ({
    filename,
    url: `../../files/${filename}`,
    hashes: { sha256: sha256Of(filename) },
    provenance: path === null ? null : new URL(path, registry.url).href,
  }))
  return { '/simple/acme-widget/': { meta: { 'api-version': '1.3' }, files } }
}

function provenance(publisher: unknown, ...attestations: unknown[]): unknown {
  return { version: 1, attestation_bundles: [{ publisher, attestations }] }
}

async function verify(
  sha256?: readonly string[],
  run: Parameters<typeof publisherOf>[0] = {},
): Promise<Finding> {
  const source = { kind: 'file', path: kit.trustedRoot } as const
  const session = new Session({ http, issuers: PUBLIC_ISSUERS, source })
  const item: PypiItem = {
    kind: 'pypi',
    name: 'Acme.Widget',
    version: '1.0',
    registry: new URL('simple/', registry.url),
    ...(sha256 && { sha256 }),
  }
  const publisher = publisherOf(run, PUBLIC_ISSUERS)
  const [finding] = await verifyAll(
    [item],
    session,
    () => (publisher ? { publisher } : {}),
    () => undefined,
  )
  if (finding === undefined) throw new Error('There is no finding')
  return finding
}

function codesOf({ problems, files }: Finding): string[] {
  return [...problems, ...files.flatMap((file) => file.problems)].map(({ code }) => code)
}

describe('a version at a Python index', () => {
  it('is verified file by file: each is read, and the least of them counts', async () => {
    const finding = await verify()
    expect(finding.files).toMatchObject([
      {
        file: WHEEL,
        digest: `sha256:${sha256Of(WHEEL)}`,
        read: true,
        attestations: [
          {
            predicateType: 'https://docs.pypi.org/attestations/publish/v1',
            builder: { repository: 'https://github.com/acme/widget', environment: 'release' },
          },
        ],
      },
      { file: SDIST, read: true, attestations: [], missing: ['attestations'] },
    ])
    expect(codesOf(finding)).toEqual(['nothing_found'])
  })

  it('is not downloaded if a lock file has its digests, and only the files in it count', async () => {
    const finding = await verify([sha256Of(WHEEL)])
    expect(finding).toMatchObject({ status: 'provenance', files: [{ file: WHEEL, read: false }] })
    expect(registry.asked.map(({ path }) => path)).toEqual([
      '/simple/acme-widget/',
      '/integrity/wheel',
    ])
  })

  it('has nothing in a lock file if one of its files has no attestation', async () => {
    expect(await verify([sha256Of(WHEEL), sha256Of(SDIST)])).toMatchObject({ status: 'nothing' })
  })

  it('is as expected if the certificate says so, and in the environment that is named', async () => {
    const expected = { repository: 'acme/widget', workflow: 'release.yml' }
    const hashes = [sha256Of(WHEEL)]
    expect(codesOf(await verify(hashes, { ...expected, environment: 'release' }))).toEqual([])
    expect(codesOf(await verify(hashes, { ...expected, environment: 'test' }))).toEqual([
      'signer_unexpected',
    ])
    expect(codesOf(await verify([sha256Of(SDIST)], expected))).toEqual(['provenance_required'])
  })

  it.each<[string, string, () => Answers | Promise<Answers>]>([
    ['a file is another', 'content_differs', () => ({ [`/files/${WHEEL}`]: 'x' })],
    ['there is no such project', 'version_missing', () => ({ '/simple/acme-widget/': 404 })],
    [
      'there is no such version',
      'version_missing',
      () => ({ '/simple/acme-widget/': { files: [] } }),
    ],
    [
      'provenance is announced and not there',
      'attestations_missing',
      () => ({ '/integrity/wheel': 404 }),
    ],
    [
      'the provenance object is empty',
      'attestations_unusable',
      () => ({ '/integrity/wheel': provenance(PUBLISHER) }),
    ],
    [
      'the attestation is of another file',
      'subject_mismatch',
      async () => ({ '/integrity/wheel': provenance(PUBLISHER, await attestationOf(SDIST)) }),
    ],
    [
      'the attestation is of other bytes',
      'digest_mismatch',
      async () => ({ '/integrity/wheel': provenance(PUBLISHER, await attestationOf(WHEEL, 'x')) }),
    ],
    [
      'the index shows another publisher than the certificate',
      'publisher_disagrees',
      () => ({
        '/integrity/wheel': provenance({ ...PUBLISHER, repository: 'acme/famous' }, attestation),
      }),
    ],
    [
      'the attestation is none',
      'attestation_malformed',
      () => ({ '/integrity/wheel': provenance(PUBLISHER, {}) }),
    ],
  ])('fails if %s', async (_, code, change) => {
    Object.assign(registry.answers, page({ [WHEEL]: '/integrity/wheel' }), await change())
    const finding = await verify()
    expect(finding.status).toBe('failed')
    expect(codesOf(finding)).toEqual([code])
  })

  it('fails if the lock file allows a file that the index does not have, or none', async () => {
    expect(codesOf(await verify([sha256Of(WHEEL), sha256Of('x')]))).toEqual(['hash_unknown'])
    expect(codesOf(await verify([]))).toEqual(['integrity_missing'])
  })
})
