import { generateKeyPairSync } from 'node:crypto'
import { findProvider, PUBLIC_ISSUERS, type TrustedPublisher } from '@trustpub/identity'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from './certificate.ts'
import { checkSigner, requireSigner, type Signer, signerOf } from './signer.ts'
import { exampleClaims } from './testing/identity-token.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'

let sigstore: MockSigstore

beforeAll(async () => {
  sigstore = await startMockSigstore()
})

afterAll(() => sigstore.close())

/** The signer that a certificate with these extensions names. */
async function signer(
  extensions: Readonly<Record<number, string>>,
  issuers = PUBLIC_ISSUERS,
): Promise<Signer> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = extensions[9] ?? 'https://example.com'
  return signerOf(
    await readCertificate(await sigstore.certify(publicKey, subject, extensions)),
    issuers,
  )
}

/** The extensions that Fulcio writes for the worked examples of two providers. */
function extensions(provider: 'github' | 'gitlab'): Record<number, string> {
  const claims = exampleClaims(provider)
  const text = (claim: string) => String(claims[claim])
  if (provider === 'gitlab') {
    const project = `https://gitlab.com/${claims.project_path}`
    return {
      8: 'https://gitlab.com',
      9: `https://${claims.ci_config_ref_uri}`,
      12: project,
      13: text('sha'),
      14: text('ref_path'),
      15: text('project_id'),
      16: `https://gitlab.com/${claims.namespace_path}`,
      17: text('namespace_id'),
      18: `https://${claims.ci_config_ref_uri}`,
      20: text('pipeline_source'),
      21: `${project}/-/jobs/${claims.job_id}`,
    }
  }
  const repository = `https://github.com/${claims.repository}`
  return {
    8: 'https://token.actions.githubusercontent.com',
    9: `https://github.com/${claims.job_workflow_ref}`,
    11: text('runner_environment'),
    12: repository,
    13: text('sha'),
    14: text('ref'),
    15: text('repository_id'),
    16: `https://github.com/${claims.repository_owner}`,
    17: text('repository_owner_id'),
    18: `https://github.com/${claims.workflow_ref}`,
    20: text('event_name'),
    21: `${repository}/actions/runs/${claims.run_id}/attempts/${claims.run_attempt}`,
  }
}

function publisher(provider: string, fields = {}): TrustedPublisher {
  const { example, issuer } = findProvider(provider)
  return { provider, issuer, fields: { ...example.fields, ...fields }, pins: {} }
}

describe.each(['github', 'gitlab'] as const)('a certificate for %s', (provider) => {
  it('is worded as the ID token was', async () => {
    const { claims } = await signer(extensions(provider))
    expect(exampleClaims(provider)).toMatchObject(claims)
    expect(Object.keys(claims).length).toBeGreaterThan(8)
  })

  it('is trusted by the publisher that the ID token is trusted by', async () => {
    const { trusted, checks } = checkSigner(publisher(provider), await signer(extensions(provider)))
    expect(trusted).toBe(true)
    expect(checks.map(({ claim }) => claim)).not.toContain('environment')
  })

  it.each([8, 12, 15, 17, 18, 20])('is refused without extension %i', async (absent) => {
    const { [absent]: _, ...rest } = extensions(provider)
    const { trusted } = checkSigner(publisher(provider), await signer(rest))
    expect(trusted).toBe(false)
  })

  it('is refused for another repository of the same workflow file', async () => {
    const other = await signer(extensions(provider))
    const owner = publisher(provider, { repository: 'acme/other' })
    expect(() => requireSigner(owner, other)).toThrow(
      expect.objectContaining({ code: 'signer_repository', status: 422 }),
    )
  })

  it('is refused for another workflow of the same repository', async () => {
    const other = publisher(provider, { workflow: 'other.yml' })
    const actual = await signer(extensions(provider))
    expect(() => requireSigner(other, actual)).toThrow(
      expect.objectContaining({ code: 'signer_workflow', checks: expect.any(Array) }),
    )
  })

  it('is refused if the workflow only begins like the expected one', async () => {
    const said = extensions(provider)
    const [file, ref] = (said[18] ?? '').split('@')
    const actual = await signer({ ...said, 18: `${file}@evil.yml@${ref}` })
    expect(checkSigner(publisher(provider), actual).trusted).toBe(false)
  })

  it('is refused if its addresses are of another server', async () => {
    const said = extensions(provider)
    const moved = Object.entries(said).map(([id, text]) =>
      id === '8' ? [id, text] : [id, text.replace(/^https:\/\/[^/]+/, 'https://evil.example')],
    )
    const actual = await signer(Object.fromEntries(moved))
    expect(checkSigner(publisher(provider), actual).trusted).toBe(false)
  })

  it('is refused if an account with another number has taken the name', async () => {
    const [claim] = findProvider(provider).pinnedClaims
    const pinned = { ...publisher(provider), pins: { [String(claim)]: '1' } }
    const actual = await signer(extensions(provider))
    expect(() => requireSigner(pinned, actual)).toThrow(
      expect.objectContaining({ code: 'signer_refused' }),
    )
  })

  it('is refused if the issuer is not known', async () => {
    const actual = await signer(extensions(provider), [])
    expect(actual.claims).toEqual({})
    expect(() => requireSigner(publisher(provider), actual)).toThrow(
      expect.objectContaining({ code: 'signer_unknown' }),
    )
  })

  it('names the environment if its authority does, and then it counts', async () => {
    const said = extensions(provider)
    const right = await signer({ ...said, 23: 'release' })
    const wrong = await signer({ ...said, 23: 'staging' })
    // Who writes the subject would have written the environment.
    const none = await signer({ ...said, 24: 'subject' })
    const trusted = [right, wrong, none].map(
      (each) => checkSigner(publisher(provider), each).trusted,
    )
    expect(trusted).toEqual([true, false, false])
  })
})

describe('checkSigner', () => {
  it('refuses a publisher of another kind of CI', async () => {
    const actual = await signer(extensions('github'))
    expect(() => requireSigner(publisher('gitlab'), actual)).toThrow(
      expect.objectContaining({ code: 'signer_unknown' }),
    )
  })

  it('knows self-managed servers by their issuer', async () => {
    const url = 'https://git.acme.example'
    const said = Object.entries(extensions('gitlab')).map(([id, text]) => [
      id,
      text.replace('https://gitlab.com', url),
    ])
    const known = [{ url, provider: 'gitlab', allowPrivateNetwork: false }]
    const actual = await signer(Object.fromEntries(said), known)
    const owner = { ...publisher('gitlab'), issuer: url }
    expect(checkSigner(owner, actual).trusted).toBe(true)
    expect(checkSigner(publisher('gitlab'), actual).trusted).toBe(false)
  })

  it('trusts an e-mail address only where a certificate has one', async () => {
    const email = 'publisher@acme-release.iam.gserviceaccount.com'
    const certificate = {
      from: new Date(),
      until: new Date(),
      uri: undefined,
      email,
      extensions: new Map([[8, 'https://accounts.google.com']]),
    }
    const byAddress = signerOf(certificate, PUBLIC_ISSUERS)
    const byUri = signerOf({ ...certificate, email: undefined, uri: email }, PUBLIC_ISSUERS)
    expect(checkSigner(publisher('google'), byAddress).trusted).toBe(true)
    expect(checkSigner(publisher('google'), byUri).trusted).toBe(false)
  })

  it('trusts a CircleCI pipeline by its ids', async () => {
    const owner = publisher('circleci')
    const { project, pipelineDefinition, repository } = owner.fields
    const api = 'https://circleci.com/api/v2/projects'
    const said = {
      8: 'https://oidc.circleci.com',
      9: `${api}/${project}/pipeline-definitions/${pipelineDefinition}`,
      11: '""',
      12: String(repository),
      14: 'refs/tags/v1.0.0',
    }
    expect(checkSigner(owner, await signer(said)).trusted).toBe(true)
    for (const change of [
      { 11: 'ssh-rerun' },
      { 9: `${said[9]}/x` },
      { 12: 'github.com/evil/fork' },
    ])
      expect(checkSigner(owner, await signer({ ...said, ...change })).trusted).toBe(false)
  })

  it('reads certificates from before 2023, which do not say enough to be trusted', async () => {
    const actual = await signer({
      1: 'https://token.actions.githubusercontent.com',
      2: 'release',
      3: 'a'.repeat(40),
      5: 'acme/widget',
      6: 'refs/tags/v1.0.0',
    })
    expect(actual.claims).toEqual({
      iss: 'https://token.actions.githubusercontent.com',
      event_name: 'release',
      sha: 'a'.repeat(40),
      repository: 'acme/widget',
      ref: 'refs/tags/v1.0.0',
    })
    expect(checkSigner(publisher('github'), actual).trusted).toBe(false)
  })

  it('refuses what Buildkite signs, whose certificates name no branch', async () => {
    const actual = await signer({
      8: 'https://agent.buildkite.com',
      9: 'https://buildkite.com/a/b',
    })
    expect(checkSigner(publisher('buildkite'), actual).trusted).toBe(false)
  })

  it('is never satisfied by other texts than the expected ones', async () => {
    const said = extensions('github')
    const id = fc.constantFrom('8', '12', '15', '17', '18', '20')
    const pins = { repository_id: String(said[15]), repository_owner_id: String(said[17]) }
    const owner = { ...publisher('github'), pins }
    const events = fc.constantFrom('pull_request_target', 'workflow_run', '')
    await fc.assert(
      fc.asyncProperty(id, fc.string(), events, async (changed, text, event) => {
        const value = changed === '20' ? event : text
        fc.pre(value.toLowerCase() !== String(said[Number(changed)]).toLowerCase())
        const actual = await signer({ ...said, [changed]: value })
        expect(checkSigner(owner, actual).trusted).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
