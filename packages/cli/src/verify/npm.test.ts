import { PUBLIC_ISSUERS } from '@trustpub/identity'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publisherOf } from './expectation.ts'
import type { Finding } from './finding.ts'
import { Http } from './http.ts'
import type { NpmItem } from './item.ts'
import { Session } from './session.ts'
import { verifyAll } from './verify.ts'
import {
  type Answers,
  integrityOf,
  openSigningKit,
  provenanceFor,
  publishedFor,
  type RegistryKeyPair,
  registryKeyPair,
  registrySignature,
  type SigningKit,
  startTestRegistry,
  type TestRegistry,
} from './verify-testing.ts'

const [NAME, VERSION, TARBALL] = ['@acme/widget', '1.0.0', 'the bytes of the tarball']
const MANIFEST = '/@acme%2fwidget/1.0.0'
const ATTESTATIONS = '/-/npm/v1/attestations/@acme%2fwidget@1.0.0'

let kit: SigningKit
let key: RegistryKeyPair
let provenance: unknown
let published: unknown
let registry: TestRegistry
let http: Http

beforeAll(async () => {
  kit = await openSigningKit()
  key = registryKeyPair()
  const statement = provenanceFor(NAME, VERSION, TARBALL)
  provenance = { predicateType: statement.predicateType, bundle: await kit.signAs(statement) }
  const ours = publishedFor(NAME, VERSION, TARBALL)
  published = { predicateType: ours.predicateType, bundle: await kit.signWith(key, ours) }
})
afterAll(() => kit.close())

beforeEach(async () => {
  registry = await startTestRegistry()
  http = new Http(undefined, [])
  Object.assign(registry.answers, {
    '/-/npm/v1/keys': { keys: [key.listed] },
    [MANIFEST]: manifest(),
    [ATTESTATIONS]: { attestations: [provenance, published] },
    '/widget.tgz': TARBALL,
  })
})
afterEach(async () => {
  http.close()
  await registry.close()
})

function manifest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const dist = {
    integrity: integrityOf(TARBALL),
    tarball: new URL('widget.tgz', registry.url).href,
    signatures: [registrySignature(key, NAME, VERSION, TARBALL)],
    // The host does not count: the registry itself is asked.
    attestations: { url: `https://elsewhere.example.com${ATTESTATIONS}` },
    ...changes,
  }
  return { name: NAME, version: VERSION, dist }
}

interface Asked extends Partial<NpmItem> {
  readonly repository?: string
  readonly workflow?: string
  readonly environment?: string
}

async function verify(asked: Asked = {}): Promise<Finding> {
  const { repository, workflow, environment, ...changes } = asked
  const publisher = publisherOf({ repository, workflow, environment }, PUBLIC_ISSUERS)
  const session = new Session({
    http,
    issuers: PUBLIC_ISSUERS,
    source: { kind: 'file', path: kit.trustedRoot },
  })
  const item: NpmItem = {
    kind: 'npm',
    name: NAME,
    version: VERSION,
    registry: registry.url,
    ...changes,
  }
  const expecting = () => (publisher === undefined ? {} : { publisher })
  const [finding] = await verifyAll([item], session, expecting, () => undefined)
  if (finding === undefined) throw new Error('There is no finding')
  return finding
}

function codesOf({ problems, files }: Finding): string[] {
  return [...problems, ...files.flatMap((file) => file.problems)].map(({ code }) => code)
}

describe('a version at an npm registry', () => {
  it('is verified by tarball, signature, provenance and the attestation of the registry', async () => {
    const finding = await verify()
    expect(finding).toMatchObject({
      title: 'npm:@acme/widget@1.0.0',
      status: 'provenance',
      problems: [],
      files: [
        {
          digest: integrityOf(TARBALL),
          read: true,
          signatures: [key.keyid],
          missing: [],
          problems: [],
        },
      ],
    })
    expect(finding.files[0]?.attestations).toMatchObject([
      {
        predicateType: 'https://slsa.dev/provenance/v1',
        builder: {
          repository: 'https://github.com/acme/widget',
          workflow: 'acme/widget/.github/workflows/release.yml@refs/tags/v1.0.0',
          ref: 'refs/tags/v1.0.0',
          commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
          run: expect.stringMatching(
            /^https:\/\/github\.com\/acme\/widget\/actions\/runs\/\d+\/attempts\/1$/,
          ),
        },
      },
      { keyid: key.keyid },
    ])
  })

  it('is not downloaded if a lock file has its digest', async () => {
    const finding = await verify({ integrity: integrityOf(TARBALL) })
    expect(finding).toMatchObject({ status: 'provenance', files: [{ read: false }] })
    expect(registry.asked.map(({ path }) => path).sort()).toEqual(
      ['/-/npm/v1/keys', ATTESTATIONS, MANIFEST].sort(),
    )
  })

  it('is read from the packument where the registry has no manifests of versions', async () => {
    registry.answers['/@acme%2fwidget'] = { versions: { [VERSION]: registry.answers[MANIFEST] } }
    registry.answers[MANIFEST] = 405
    expect((await verify()).status).toBe('provenance')
  })

  it('has the signature only, and says that provenance is missing', async () => {
    registry.answers[MANIFEST] = manifest({ attestations: undefined })
    expect(await verify()).toMatchObject({
      status: 'signature',
      files: [{ missing: ['provenance'] }],
    })
  })

  it('fails if nothing vouches for it, but is nothing more than nothing in a lock file', async () => {
    registry.answers['/-/npm/v1/keys'] = 404
    registry.answers[MANIFEST] = manifest({ attestations: undefined, signatures: undefined })
    expect(codesOf(await verify())).toEqual(['nothing_found'])
    expect(await verify({ integrity: integrityOf(TARBALL) })).toMatchObject({ status: 'nothing' })
  })

  it.each<[string, string, () => Answers]>([
    ['the tarball is another', 'content_differs', () => ({ '/widget.tgz': 'x' })],
    [
      'the signature is of another version',
      'signature_invalid',
      () => ({
        [MANIFEST]: manifest({ signatures: [registrySignature(key, NAME, '2.0.0', TARBALL)] }),
      }),
    ],
    [
      'one of two signatures is by a key that the registry does not list',
      'signature_key_unknown',
      () => {
        const signatures = [key, registryKeyPair()].map((each) =>
          registrySignature(each, NAME, VERSION, TARBALL),
        )
        return { [MANIFEST]: manifest({ signatures }) }
      },
    ],
    [
      'the registry signs, but not this',
      'signature_missing',
      () => ({ [MANIFEST]: manifest({ signatures: undefined }) }),
    ],
    [
      'attestations are announced and not there',
      'attestations_missing',
      () => ({ [ATTESTATIONS]: 404 }),
    ],
    [
      'there are too many attestations',
      'attestations_unusable',
      () => ({ [ATTESTATIONS]: { attestations: Array.from({ length: 9 }, () => provenance) } }),
    ],
    [
      'its digest is no sha512',
      'integrity_missing',
      () => ({ [MANIFEST]: manifest({ integrity: 'sha1-xyz' }) }),
    ],
    ['it is not there', 'version_missing', () => ({ [MANIFEST]: 404 })],
    ['it may not be read', 'access_refused', () => ({ [MANIFEST]: 401 })],
    ['the registry is down', 'unreachable', () => ({ [MANIFEST]: 503 })],
    ['a page answers', 'answer_unusable', () => ({ [MANIFEST]: '<html>' })],
  ])('fails if %s', async (_, code, change) => {
    Object.assign(registry.answers, change())
    const finding = await verify()
    expect(finding.status).toBe('failed')
    expect(codesOf(finding)).toEqual([code])
  })

  it('fails if the lock file has another digest', async () => {
    expect(codesOf(await verify({ integrity: integrityOf('other') }))).toEqual([
      'integrity_differs',
    ])
    expect(codesOf(await verify({ integrity: '' }))).toEqual(['integrity_missing'])
  })

  it('accepts a key that has expired for what was published before, and for nothing else', async () => {
    const listed = { ...key.listed, expires: '2026-06-01T00:00:00.000Z' }
    registry.answers['/-/npm/v1/keys'] = { keys: [listed] }
    registry.answers[ATTESTATIONS] = { attestations: [provenance] }
    registry.answers['/@acme%2fwidget'] = { time: { [VERSION]: '2026-05-01T00:00:00.000Z' } }
    expect((await verify()).status).toBe('provenance')
    registry.answers['/@acme%2fwidget'] = { time: { [VERSION]: '2026-07-01T00:00:00.000Z' } }
    expect(codesOf(await verify())).toEqual(['signature_key_expired'])
  })

  it('refuses provenance of another tarball, and provenance that a registry signed', async () => {
    const other = provenanceFor(NAME, VERSION, 'other')
    const { predicateType } = other
    registry.answers[ATTESTATIONS] = {
      attestations: [{ predicateType, bundle: await kit.signAs(other) }],
    }
    expect(codesOf(await verify())).toEqual(['digest_mismatch'])
    const bundle = await kit.signWith(key, provenanceFor(NAME, VERSION, TARBALL))
    registry.answers[ATTESTATIONS] = { attestations: [{ predicateType, bundle }] }
    expect(codesOf(await verify())).toEqual(['signing_key_unknown'])
  })
})

describe('expectations', () => {
  it.each<[string, Asked]>([
    ['the repository', { repository: 'acme/widget' }],
    ['the repository in other letter case', { repository: 'ACME/Widget' }],
    ['its address', { repository: 'https://github.com/acme/widget' }],
    ['the workflow', { repository: 'acme/widget', workflow: 'release.yml' }],
    ['the path of it', { repository: 'acme/widget', workflow: '.github/workflows/release.yml' }],
    [
      'the environment',
      { repository: 'acme/widget', workflow: 'release.yml', environment: 'release' },
    ],
  ])('are met by %s', async (_, asked) => {
    expect(codesOf(await verify(asked))).toEqual([])
  })

  it.each<[string, Asked]>([
    ['another repository', { repository: 'acme/other' }],
    ['the same name at GitLab', { repository: 'https://gitlab.com/acme/widget' }],
    ['another workflow', { repository: 'acme/widget', workflow: 'test.yml' }],
    ['another environment', { repository: 'acme/widget', environment: 'test' }],
  ])('refuse %s', async (_, asked) => {
    expect(codesOf(await verify(asked))).toEqual(['signer_unexpected'])
  })

  it('are not met by a signature of the registry', async () => {
    registry.answers[MANIFEST] = manifest({ attestations: undefined })
    expect(codesOf(await verify({ repository: 'acme/widget' }))).toEqual(['provenance_required'])
  })

  it('refuse a workflow without a repository, and a repository at an unknown server', () => {
    expect(() => publisherOf({ workflow: 'release.yml' }, PUBLIC_ISSUERS)).toThrow('repository')
    const repository = 'https://git.example.com/acme/widget'
    expect(() => publisherOf({ repository }, PUBLIC_ISSUERS)).toThrow('--issuer')
  })
})
