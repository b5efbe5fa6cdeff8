import { createHash } from 'node:crypto'
import type { Claims } from '@trustpub/identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AttestationKit,
  openAttestationKit,
  provenanceOf,
  subjectOf,
} from '../attestation-testing.ts'
import { claimsOf, HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

const NAME = 'proven'
const REPOSITORY = { repository: 'https://github.com/acme/widget' }

describe('provenance of staged versions', () => {
  let kit: AttestationKit
  let registry: TemporaryRegistry
  let owner: string
  beforeAll(async () => {
    kit = await openAttestationKit()
    registry = await openTemporaryRegistry(
      {
        sigstore: { kind: 'file', path: kit.trustedRoot },
        transparencyLog: new URL(kit.sigstore.url),
      },
      { keys: kit.keys },
    )
    owner = await registry.token(registry.alice, 'read', 'publish')
    const body = publishDocumentOf(NAME, '0.1.0', await npmTarballOf(NAME, '0.1.0'))
    await registry.request(`PUT /${NAME}`, { token: owner, body })
    await registry.trust(registry.alice, [`npm:${NAME}`], { permissions: ['stage'] })
  })
  afterAll(async () => {
    await registry.close()
    await kit.close()
  })

  interface Change {
    readonly claims?: Claims
    readonly sha512?: string
    readonly token?: string
  }

  /** Stages a version whose provenance is signed by a run with these claims, and is about this digest. */
  const stage = async (version: string, change: Change = {}) =>
    send(await bodyOf(version, change), change.token)

  async function bodyOf(version: string, change: Change = {}): Promise<string> {
    const tarball = await npmTarballOf(NAME, version, REPOSITORY)
    const { sha512 = createHash('sha512').update(tarball).digest('hex') } = change
    const bundle = await kit.sign(provenanceOf(subjectOf(NAME, version, sha512)), change.claims)
    const data = JSON.stringify(bundle)
    const document = JSON.parse(publishDocumentOf(NAME, version, tarball, {}, REPOSITORY))
    document._attachments[`${NAME}-${version}.sigstore`] = { data, length: data.length }
    return JSON.stringify(document)
  }

  async function send(body: string, token?: string): Promise<Record<string, unknown>> {
    const answer = await registry.request(`POST /-/stage/package/${NAME}`, {
      token: token ?? (await exchanged()),
      body,
    })
    return (await answer.json()) as Record<string, unknown>
  }

  async function exchanged(): Promise<string> {
    const answer = await registry.request(`POST /-/npm/v1/oidc/token/exchange/package/${NAME}`, {
      token: await kit.issuer.sign(claimsOf(), `npm:${HOST}`),
    })
    return ((await answer.json()) as { token: string }).token
  }

  it('is verified when it is staged, shown with it, and public once it is approved', async () => {
    const { stageId } = await stage('1.0.0')
    const viewed = await registry.request(`GET /-/stage/${stageId}`, { token: owner })
    expect(await viewed.json()).toMatchObject({ provenance: 'https://slsa.dev/provenance/v1' })
    const listed = await registry.request(`GET /-/stage?package=${NAME}`, { token: owner })
    expect(await listed.json()).toMatchObject({
      items: [{ id: stageId, provenance: 'https://slsa.dev/provenance/v1' }],
    })
    const path = `GET /-/npm/v1/attestations/${NAME}@1.0.0`
    const logged = kit.sigstore.logged()
    expect((await registry.request(path, { token: owner })).status).toBe(404)
    await registry.attester?.run()
    expect(kit.sigstore.logged()).toBe(logged)

    await registry.request(`POST /-/stage/${stageId}/approve`, { token: owner })
    await registry.attester?.run()
    const { attestations } = (await (await registry.request(path, { token: owner })).json()) as {
      attestations: { predicateType: string }[]
    }
    expect(attestations.map(({ predicateType }) => predicateType).sort()).toEqual([
      'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
      'https://slsa.dev/provenance/v1',
    ])
  })

  it('of another run takes the place of what waits, and the same sent again does not', async () => {
    const blobs = (await registry.blobNames()).length
    const body = await bodyOf('1.1.0')
    const { stageId } = await send(body)
    expect((await send(body)).stageId).toBe(stageId)
    const again = (await stage('1.1.0')).stageId
    expect(again).not.toBe(stageId)
    expect(await registry.blobNames()).toHaveLength(blobs + 1)
    const { total, items } = (await (
      await registry.request(`GET /-/stage?package=${NAME}`, { token: owner })
    ).json()) as { total: number; items: { id: string }[] }
    expect([total, items[0]?.id]).toEqual([1, again])
    await registry.request(`DELETE /-/stage/${again}`, { token: owner })
  })

  it('refuses the version with it if it is not good, with nothing stored', async () => {
    const blobs = await registry.blobNames()
    const workflow = 'acme/widget/.github/workflows/other.yml@refs/tags/v1.0.0'
    const otherRun = { workflow_ref: workflow, job_workflow_ref: workflow }
    expect((await stage('2.0.0', { claims: otherRun })).code).toBe('provenance_disagrees')
    expect((await stage('2.0.0', { sha512: 'ab'.repeat(64) })).code).toBe('digest_mismatch')
    expect((await stage('2.0.0', { token: owner })).code).toBe('attestation_needs_exchange')
    const listed = await registry.request(`GET /-/stage?package=${NAME}`, { token: owner })
    expect(await listed.json()).toEqual({ total: 0, items: [] })
    expect(await registry.blobNames()).toEqual(blobs)
  })
})
