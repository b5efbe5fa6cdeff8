import { PROVIDERS } from '@trustpub/identity'
import { describe, expect, it } from 'vitest'
import { certifiedIdentity } from './identities.ts'

function certified(id: 'github' | 'gitlab', changed: Readonly<Record<string, unknown>> = {}) {
  const provider = PROVIDERS.find((each) => each.id === id)
  if (provider === undefined) throw new Error(`No provider ${id}`)
  const claims = { ...provider.simulate(provider.example.run), ...changed }
  return certifiedIdentity({ issuer: { url: provider.issuer }, provider, claims })
}

describe('certifiedIdentity', () => {
  it('words a run of GitHub Actions as the public authority does', () => {
    const file = 'https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.0.0'
    const commit = '3d3c42e5aac5ba805825da76410c181273ba90b1'
    expect(certified('github')).toMatchObject({
      subjectAltName: { kind: 'uri', value: file },
      extensions: {
        1: 'https://token.actions.githubusercontent.com',
        2: 'release',
        5: 'acme/widget',
        8: 'https://token.actions.githubusercontent.com',
        9: file,
        11: 'github-hosted',
        12: 'https://github.com/acme/widget',
        13: commit,
        14: 'refs/tags/v1.0.0',
        16: 'https://github.com/acme',
        18: file,
        19: commit,
        20: 'release',
        22: 'private',
        23: 'release',
        24: 'repo:acme/widget:environment:release',
      },
    })
  })

  it('names the called workflow as signer and the calling one as configuration', () => {
    const called = 'acme/shared/.github/workflows/publish.yml@refs/heads/main'
    const identity = certified('github', { job_workflow_ref: called })
    expect(identity?.subjectAltName.value).toBe(`https://github.com/${called}`)
    expect(identity?.extensions[9]).toBe(`https://github.com/${called}`)
    expect(identity?.extensions[18]).toContain('acme/widget/.github/workflows/release.yml')
  })

  it('words a job of GitLab as the public authority does', () => {
    const file = 'https://gitlab.com/acme/tools/widget//.gitlab-ci.yml@refs/tags/v1.0.0'
    expect(certified('gitlab')).toMatchObject({
      subjectAltName: { kind: 'uri', value: file },
      extensions: {
        8: 'https://gitlab.com',
        9: file,
        12: 'https://gitlab.com/acme/tools/widget',
        14: 'refs/tags/v1.0.0',
        16: 'https://gitlab.com/acme/tools',
        18: file,
        20: 'push',
      },
    })
  })

  it('leaves out extensions of which the claims say nothing', () => {
    expect(certified('github', { environment: undefined })?.extensions).not.toHaveProperty('23')
  })

  it.each([
    ['github', 'https://github.corp.example/_services/token', 'https://github.corp.example/'],
    ['forgejo', 'https://git.corp.example/api/actions', 'https://git.corp.example/'],
  ] as const)('takes the server of a self-managed %s from its issuer', (id, url, start) => {
    const claims = { job_workflow_ref: 'a/b/.github/workflows/c.yml@refs/heads/main' }
    const identity = certifiedIdentity({
      issuer: { url },
      provider: { id: id as 'github' },
      claims,
    })
    expect(identity?.subjectAltName.value).toBe(`${start}${claims.job_workflow_ref}`)
  })

  it('knows others by an e-mail address, and only by one that their issuer has checked', () => {
    const token = { issuer: { url: 'https://accounts.google.com' }, provider: { id: 'google' } }
    const named = (claims: Readonly<Record<string, unknown>>) =>
      certifiedIdentity({ ...token, claims } as Parameters<typeof certifiedIdentity>[0])
    const email = 'release@acme.iam.gserviceaccount.com'
    expect(named({ email, email_verified: true })?.subjectAltName).toEqual({
      kind: 'email',
      value: email,
    })
    expect(named({ email, email_verified: false })).toBeUndefined()
    expect(named({})).toBeUndefined()
  })

  it.each(['github', 'gitlab'] as const)('names nobody for claims of %s without a file', (id) => {
    const without = { job_workflow_ref: '', workflow_ref: '', ci_config_ref_uri: '' }
    expect(certified(id, without)).toBeUndefined()
  })
})
