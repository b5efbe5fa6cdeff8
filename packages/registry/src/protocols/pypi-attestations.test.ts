import { createHash } from 'node:crypto'
import {
  type Attestation,
  type Bundle,
  pypiProvenance,
  pypiPublishStatement,
  pypiSubject,
  type Statement,
  toAttestation,
} from '@trustpub/provenance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tarGzOf } from '../archives/testing.ts'
import { type AttestationKit, jobOf, openAttestationKit } from '../attestation-testing.ts'
import { claimsOf, HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { isSameDistribution } from './pypi-attestations.ts'
import { basic, metadataOf, type TestDistribution, uploadForm, wheelOf } from './pypi-testing.ts'

const OTHER_WORKFLOW = 'acme/widget/.github/workflows/other.yml@refs/tags/v1.0.0'

let kit: AttestationKit
let registry: TemporaryRegistry

beforeAll(async () => {
  kit = await openAttestationKit()
  registry = await openTemporaryRegistry(
    { sigstore: { kind: 'file', path: kit.trustedRoot } },
    { keys: kit.keys },
  )
})
afterAll(async () => {
  await registry.close()
  await kit.close()
})

async function upload(name: string, file: TestDistribution, field: string, token?: string) {
  const form = uploadForm(name, '1.0', file, { attestations: field })
  const headers = basic(token ?? (await minted(name)))
  return registry.request('POST /legacy/', { headers, body: form })
}

async function minted(name: string): Promise<string> {
  await registry.trust(registry.alice, [`pypi:${name}`])
  const token = await kit.issuer.sign(claimsOf(), HOST)
  const body = JSON.stringify({ token })
  const answer = await registry.request('POST /_/oidc/mint-token', { body })
  return ((await answer.json()) as { token: string }).token
}

const publishStatement = (file: TestDistribution): Statement => pypiPublishStatement(digestOf(file))
const provenanceStatement = (file: TestDistribution): Statement =>
  pypiProvenance('github', jobOf(), pypiSubject(digestOf(file)))

function digestOf({ filename, bytes }: TestDistribution) {
  return { filename, sha256: createHash('sha256').update(bytes).digest('hex') }
}

const attest = async (statement: Statement): Promise<Attestation> =>
  toAttestation(await kit.sign(statement))

describe('attestations of Python distributions', () => {
  it('are verified, kept, and shown by the integrity API and the simple index', async () => {
    const file = wheelOf('good', '1.0')
    const attestations = [
      await attest(publishStatement(file)),
      await attest(provenanceStatement(file)),
    ]
    const answer = await upload('good', file, JSON.stringify(attestations))
    expect(await answer.text()).toBe(`${file.filename}: published\n`)

    const token = await registry.token(registry.alice, 'read')
    const page = await registry.request('GET /simple/good/', {
      token,
      headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    })
    const path = `/integrity/good/1.0/${file.filename}/provenance`
    expect(await page.json()).toMatchObject({ files: [{ provenance: `https://${HOST}${path}` }] })
    const shown = await registry.request(`GET ${path}`, { token })
    expect(shown.headers.get('content-type')).toBe('application/vnd.pypi.integrity.v1+json')
    expect(await shown.json()).toEqual({
      version: 1,
      attestation_bundles: [
        {
          publisher: {
            kind: 'GitHub',
            repository: 'acme/widget',
            workflow: 'release.yml',
            environment: null,
          },
          attestations,
        },
      ],
    })
  })

  it('may name the file in its normalised form', async () => {
    const info = metadataOf('old-name', '1.0')
    const bytes = await tarGzOf([['old-name-1.0/PKG-INFO', info]])
    const file = { bytes, filename: 'old-name-1.0.tar.gz' }
    const named = { bytes, filename: 'old_name-1.0.tar.gz' }
    const answer = await upload(
      'old-name',
      file,
      JSON.stringify([await attest(publishStatement(named))]),
    )
    expect(answer.status).toBe(200)
  })

  it.each<[what: string, code: string, field: (file: TestDistribution) => Promise<string>]>([
    ['an empty list', 'attestations_empty', async () => '[]'],
    ['no list', 'attestations_malformed', async () => '{}'],
    ['no JSON', 'attestations_malformed', async () => '['],
    ['something that is no attestation', 'attestation_malformed', async () => '[{"version":1}]'],
    [
      'three attestations',
      'attestations_too_many',
      async (file) => {
        const one = await attest(publishStatement(file))
        return JSON.stringify([one, one, one])
      },
    ],
    [
      'two of the same kind',
      'attestations_duplicate',
      async (file) =>
        JSON.stringify([
          await attest(publishStatement(file)),
          await attest(publishStatement(file)),
        ]),
    ],
    [
      'one for another file',
      'digest_mismatch',
      async (file) =>
        JSON.stringify([await attest(publishStatement({ ...file, bytes: Buffer.from('other') }))]),
    ],
    [
      'one for a file of another name',
      'subject_mismatch',
      async (file) =>
        JSON.stringify([
          await attest(publishStatement({ ...file, filename: 'other-1.0-py3-none-any.whl' })),
        ]),
    ],
    [
      'one with two subjects',
      'subjects_several',
      async (file) => {
        const { subject, ...rest } = publishStatement(file)
        return JSON.stringify([await attest({ ...rest, subject: [...subject, ...subject] })])
      },
    ],
    [
      'one from another workflow',
      'signer_workflow',
      async (file) => {
        const claims = { workflow_ref: OTHER_WORKFLOW, job_workflow_ref: OTHER_WORKFLOW }
        return JSON.stringify([toAttestation(await kit.sign(publishStatement(file), claims))])
      },
    ],
    [
      'one from another repository',
      'signer_repository',
      async (file) => {
        const workflow = 'acme/other/.github/workflows/release.yml@refs/tags/v1.0.0'
        const claims = {
          repository: 'acme/other',
          workflow_ref: workflow,
          job_workflow_ref: workflow,
        }
        return JSON.stringify([toAttestation(await kit.sign(publishStatement(file), claims))])
      },
    ],
    [
      'one good and one changed',
      'bundle_signature_invalid',
      async (file) => {
        const good = await attest(publishStatement(file))
        const other = await kit.sign(provenanceStatement(file))
        return JSON.stringify([good, toAttestation(signedDifferently(other))])
      },
    ],
    [
      '20 MB of them',
      'attestations_too_large',
      async () => JSON.stringify(['x'.repeat(20_000_000)]),
    ],
  ])('are refused: %s (%s), and nothing is kept', async (what, code, field) => {
    const name = `refused-${what.replace(/\W+/g, '-')}`.toLowerCase()
    const file = wheelOf(name, '1.0')
    await refused(code, name, file, await field(file))
  })

  it('are refused with the token of an account', async () => {
    const file = wheelOf('by-account', '1.0')
    const token = await registry.token(registry.alice, 'publish')
    const field = JSON.stringify([await attest(publishStatement(file))])
    await refused('attestation_needs_exchange', 'by-account', file, field, token)
  })

  it.each([
    ['good/1.0/absent.whl', 404, 'file_not_found'],
    ['good/2.0/good-1.0-py3-none-any.whl', 404, 'file_not_found'],
    ['absent/1.0/x.whl', 404, 'package_not_found'],
  ])('there are none of %s: %i %s', async (path, status, code) => {
    const token = await registry.token(registry.alice, 'read')
    const answer = await registry.request(`GET /integrity/${path}/provenance`, { token })
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }])
  })

  it('are not shown in a form that nobody asked for', async () => {
    const path = '/integrity/good/1.0/good-1.0-py3-none-any.whl/provenance'
    const token = await registry.token(registry.alice, 'read')
    const answer = await registry.request(`GET ${path}`, {
      token,
      headers: { accept: 'text/html' },
    })
    expect(answer.status).toBe(406)
  })

  async function refused(
    code: string,
    name: string,
    ...sent: [file: TestDistribution, field: string, token?: string]
  ): Promise<void> {
    const before = await registry.blobNames()
    const answer = await upload(name, ...sent)
    const body = (await answer.json()) as { code: string; message: string }
    expect(body.code, body.message).toBe(code)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await registry.store.packages.find('pypi', name)).toBeUndefined()
    expect(await registry.blobNames()).toEqual(before)
  }
})

describe('names of one distribution', () => {
  it.each([
    ['old_name-1.0-py3-none-any.whl', 'Old.Name-1.0-py3-none-any.whl', true],
    ['a-1.0-py2.py3-none-any.whl', 'a-1.0.0-py3.py2-none-any.whl', true],
    ['a_b-1.0.tar.gz', 'a-b-1.0.tar.gz', true],
    ['a-1.0-py3-none-any.whl', 'a-1.0.tar.gz', false],
    ['a-1.0-py3-none-any.whl', 'a-1.1-py3-none-any.whl', false],
    ['a-1.0-py3-none-any.whl', 'a-1.0-1-py3-none-any.whl', false],
    ['a-1.0-py3-none-any.whl', 'b-1.0-py3-none-any.whl', false],
    ['a-1.0-cp39-cp39-linux_x86_64.whl', 'a-1.0-cp39-cp39-win32.whl', false],
    ['nonsense', 'a-1.0.tar.gz', false],
  ])('%s and %s: %s', (one, other, same) => {
    expect(isSameDistribution(one, other)).toBe(same)
  })
})

/** The bundle with the signature that it would have if another key had made it. */
function signedDifferently(bundle: Bundle): Bundle {
  const text = JSON.stringify(bundle)
  const sig = bundle.dsseEnvelope?.signatures[0]?.sig ?? ''
  const changed = Buffer.from(sig, 'base64')
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
  return JSON.parse(text.replaceAll(sig, changed.toString('base64'))) as Bundle
}
