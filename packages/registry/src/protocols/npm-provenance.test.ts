import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Claims } from '@trustpub/identity'
import type { Bundle, Statement } from '@trustpub/provenance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AttestationKit,
  openAttestationKit,
  provenanceOf,
  subjectOf,
} from '../attestation-testing.ts'
import { PublishAttester } from '../domain/publish-attestations.ts'
import { claimsOf, HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

const REPOSITORY = { repository: { type: 'git', url: 'git+https://github.com/acme/widget.git' } }
const OTHER_WORKFLOW = 'acme/widget/.github/workflows/other.yml@refs/tags/v1.0.0'

let kit: AttestationKit
let registry: TemporaryRegistry

beforeAll(async () => {
  kit = await openAttestationKit()
  registry = await openTemporaryRegistry(
    {
      sigstore: { kind: 'file', path: kit.trustedRoot },
      transparencyLog: new URL(kit.sigstore.url),
    },
    { keys: kit.keys },
  )
})
afterAll(async () => {
  await registry.close()
  await kit.close()
})

/** What is published, and what is wrong with it. */
interface Attempt {
  readonly name: string
  /** The statement in place of the right one. */
  readonly statement?: (right: Statement) => Statement
  /** Claims of the run that signs. */
  readonly claims?: Claims
  readonly sign?: AttestationKit['sign']
  /** The bundle as it is attached. */
  readonly change?: (bundle: Bundle) => unknown
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly token?: string
  /** The registry in place of the common one. */
  readonly at?: TemporaryRegistry
}

async function publish(attempt: Attempt): Promise<Response> {
  const { name, manifest = REPOSITORY, statement = (right) => right } = attempt
  const tarball = await npmTarballOf(name, '1.0.0', manifest)
  const sha512 = createHash('sha512').update(tarball).digest('hex')
  const signing = attempt.sign ?? kit.sign
  const stated = statement(provenanceOf(subjectOf(name, '1.0.0', sha512)))
  const bundle = await signing(stated, attempt.claims)
  const data = JSON.stringify(attempt.change?.(bundle) ?? bundle)
  const document = JSON.parse(publishDocumentOf(name, '1.0.0', tarball, {}, manifest))
  document._attachments[`${name}-1.0.0.sigstore`] = {
    content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    data,
    length: data.length,
  }
  const { at = registry } = attempt
  const token = attempt.token ?? (await exchanged(at, name))
  return at.request(`PUT /${name}`, { token, body: JSON.stringify(document) })
}

async function exchanged(at: TemporaryRegistry, name: string): Promise<string> {
  // Trusted already where the same is tried again.
  const links = await at.store.publishers.byPackage('npm', name)
  if (links.length === 0) await at.trust(at.alice, [`npm:${name}`])
  const idToken = await kit.issuer.sign(claimsOf(), `npm:${HOST}`)
  const path = `/-/npm/v1/oidc/token/exchange/package/${name}`
  const answer = await at.request(`POST ${path}`, { token: idToken })
  return ((await answer.json()) as { token: string }).token
}

async function read<T>(path: string): Promise<T> {
  const token = await registry.token(registry.alice, 'read')
  return (await (await registry.request(`GET ${path}`, { token })).json()) as T
}

describe('provenance of npm packages', () => {
  it('is verified, kept, and shown where clients look for it', async () => {
    expect((await publish({ name: 'good' })).status).toBe(201)
    await registry.attester?.run()
    const { versions } = await read<{ versions: Record<string, unknown> }>('/good')
    expect(versions['1.0.0']).toMatchObject({
      _npmUser: { trustedPublisher: { id: 'github' } },
      dist: {
        attestations: {
          url: `https://${HOST}/-/npm/v1/attestations/good@1.0.0`,
          provenance: { predicateType: 'https://slsa.dev/provenance/v1' },
        },
      },
    })
    const { attestations } = await read<{
      attestations: { predicateType: string; bundle: Bundle }[]
    }>('/-/npm/v1/attestations/good@1.0.0')
    expect(attestations.map(({ predicateType }) => predicateType).sort()).toEqual([
      'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
      'https://slsa.dev/provenance/v1',
    ])
    const key = await registry.store.signingKeys.current()
    const own = attestations.find(({ predicateType }) => predicateType.includes('publish'))
    expect(own?.bundle.dsseEnvelope?.signatures[0]?.keyid).toBe(key?.keyid)
  })

  it('of one version is logged once, however often the log is asked', async () => {
    const before = kit.sigstore.logged()
    await Promise.all([registry.attester?.run(), registry.attester?.run()])
    expect(kit.sigstore.logged()).toBe(before)
  })

  it('is logged later where the log is away, and the publish does not wait for that', async () => {
    const log = createServer((_request, response) => response.writeHead(400).end())
    await new Promise<void>((resolve) => log.listen(0, '127.0.0.1', resolve))
    const transparencyLog = new URL(`http://127.0.0.1:${(log.address() as AddressInfo).port}`)
    const other = await openTemporaryRegistry(
      { sigstore: { kind: 'file', path: kit.trustedRoot }, transparencyLog },
      { keys: kit.keys },
    )
    expect((await publish({ name: 'later', at: other })).status).toBe(201)
    await other.attester?.run()
    expect(other.logged()).toContain('a publish attestation was not logged')
    const file = 'later-1.0.0.tgz'
    const { id = '' } = (await other.store.packages.find('npm', 'later')) ?? {}
    expect(await other.store.attestations.ofFile(id, file)).toHaveLength(1)

    const attester = new PublishAttester({
      store: other.store,
      log: new URL(kit.sigstore.url),
      registry: other.config.publicUrl,
      failed: (error) => {
        throw error
      },
    })
    await attester.run()
    expect(await other.store.attestations.ofFile(id, file)).toHaveLength(2)
    await other.close()
    await new Promise((resolve) => log.close(resolve))
  })

  it.each<[what: string, code: string, attempt: Omit<Attempt, 'name'>]>([
    [
      'a bundle for another file',
      'digest_mismatch',
      {
        statement: ({ subject: [subject], ...rest }) => ({
          ...rest,
          subject: [{ name: subject?.name ?? '', digest: { sha512: 'ab'.repeat(64) } }],
        }),
      },
    ],
    [
      'a bundle for another version',
      'subject_mismatch',
      {
        statement: ({ subject: [subject], ...rest }) => ({
          ...rest,
          subject: [{ name: 'pkg:npm/other@1.0.0', digest: subject?.digest ?? {} }],
        }),
      },
    ],
    [
      'two subjects',
      'subjects_several',
      { statement: (right) => ({ ...right, subject: [...right.subject, ...right.subject] }) },
    ],
    [
      'another predicate',
      'predicate_unknown',
      { statement: (right) => ({ ...right, predicateType: 'https://example.com/predicate' }) },
    ],
    [
      'a statement of another commit than the certificate',
      'provenance_disagrees',
      { claims: { sha: 'f'.repeat(40) } },
    ],
    ['no log entry', 'log_entry_missing', { change: withoutLogEntry }],
    [
      'no repository in package.json',
      'provenance_repository',
      { manifest: { description: 'no repository' } },
    ],
    [
      'another repository in package.json',
      'provenance_repository',
      { manifest: { repository: 'acme/other' } },
    ],
    [
      'the repository in another letter case',
      'provenance_repository',
      { manifest: { repository: 'Acme/Widget' } },
    ],
    [
      'something else than a bundle',
      'bundle_malformed',
      { change: ({ mediaType }) => ({ mediaType }) },
    ],
    [
      'a bundle above the limit',
      'attestations_too_large',
      { change: (bundle) => ({ ...bundle, more: 'x'.repeat(2 * 1024 * 1024) }) },
    ],
    [
      'a bundle of 20 megabytes',
      'attestations_too_large',
      { change: (bundle) => ({ ...bundle, more: 'x'.repeat(20_000_000) }) },
    ],
  ])('with %s is refused as %s, and nothing is kept', async (what, code, attempt) => {
    const name = what.replace(/\W+/g, '-')
    await refused(code, { name, ...attempt })
  })

  it('that another Sigstore signed is refused', async () => {
    const other = await openAttestationKit()
    const code = await refused(/_unknown$|_untrusted$/, { name: 'unknown-root', sign: other.sign })
    expect(['certificate_untrusted', 'log_unknown']).toContain(code)
    await other.close()
  })

  it('with a certificate that has expired counts if the log saw it in time, and only then', async () => {
    const yesterday = new Date(Date.now() - 24 * 3600_000)
    const before = await openAttestationKit(() => yesterday)
    const other = await openTemporaryRegistry(
      { sigstore: { kind: 'file', path: before.trustedRoot } },
      { keys: kit.keys },
    )
    const attempt = { name: 'expired', sign: before.sign, at: other }
    expect(await outcome({ ...attempt, change: withoutLogEntry })).toBe('log_entry_missing')
    expect(await other.store.packages.find('npm', 'expired')).toBeUndefined()
    expect(await outcome(attempt)).toBe('published')
    await other.close()
    await before.close()
  })

  async function outcome(attempt: Attempt): Promise<string> {
    const answer = await publish(attempt)
    return answer.status === 201 ? 'published' : ((await answer.json()) as { code: string }).code
  }

  it.each<[what: string, code: string, claims: Claims]>([
    [
      'another repository',
      'signer_repository',
      {
        repository: 'acme/other',
        workflow_ref: 'acme/other/.github/workflows/release.yml@refs/tags/v1.0.0',
        job_workflow_ref: 'acme/other/.github/workflows/release.yml@refs/tags/v1.0.0',
      },
    ],
    [
      'another workflow of the repository',
      'signer_workflow',
      { workflow_ref: OTHER_WORKFLOW, job_workflow_ref: OTHER_WORKFLOW },
    ],
  ])('that %s signed about itself is refused as %s', async (what, code, claims) => {
    const name = what.replace(/\W+/g, '-')
    await refused(code, { name, claims, statement: (right) => describing(right, claims) })
  })

  it("is refused with the token of an account, which cannot be compared with the run's", async () => {
    const token = await registry.token(registry.alice, 'read', 'publish')
    await refused('attestation_needs_exchange', { name: 'by-account', token })
  })

  async function refused(code: string | RegExp, attempt: Attempt): Promise<string> {
    const before = await registry.blobNames()
    const answer = await publish(attempt)
    const body = (await answer.json()) as { code: string; message: string }
    expect(body.code, body.message).toMatch(code)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await registry.store.packages.find('npm', attempt.name)).toBeUndefined()
    expect(await registry.blobNames()).toEqual(before)
    return body.code
  }
})

function withoutLogEntry(bundle: Bundle): unknown {
  const { verificationMaterial, ...rest } = bundle
  return { ...rest, verificationMaterial: { ...verificationMaterial, tlogEntries: [] } }
}

/** The statement as the run with these claims would make it. */
function describing(statement: Statement, { repository, workflow_ref }: Claims): Statement {
  let text = JSON.stringify(statement)
  if (repository !== undefined)
    text = text.replaceAll('github.com/acme/widget', `github.com/${repository}`)
  const file = String(workflow_ref).replace(/^[^/]+\/[^/]+\/|@.*$/g, '')
  return JSON.parse(text.replaceAll('.github/workflows/release.yml', file)) as Statement
}
