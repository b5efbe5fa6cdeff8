import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Artifact } from '../artifact.ts'
import { findIdTokens } from '../id-tokens.ts'
import type { PypiArtifact } from '../pypi/read.ts'
import { githubClaims, githubEnvironment, testContext } from '../testing.ts'
import { makeExtras, type SigningChoice } from './signing.ts'

const digest = createHash('sha512').update('').digest('hex')
const artifact: Artifact = {
  ecosystem: 'npm',
  name: 'widget',
  version: '1.0.0',
  registry: new URL('https://registry.example/'),
  filename: 'widget-1.0.0.tgz',
  path: '/nowhere',
  size: 0,
  digests: { sha512: digest, sha256: digest.slice(0, 64) },
  identity: 'sha512',
}
const distribution = { ...artifact, ecosystem: 'pypi', attestations: [] } as unknown as PypiArtifact
const PUBLIC = { ...githubClaims(), repository_visibility: 'public' }

async function extras(
  file: Artifact,
  choice: Partial<SigningChoice>,
  claims = githubClaims(),
  isPublic = false,
) {
  const context = testContext(() => [500], githubEnvironment())
  const all = { provenance: 'auto', attestations: 'auto', services: undefined, ...choice } as const
  const toSign = { artifact: file, claims, isPublic: async () => isPublic }
  const made = await makeExtras(toSign, all, findIdTokens(context), context)
  return { made, said: context.lines.join('\n') }
}

describe('what is signed by itself', () => {
  it.each([
    ['a private repository', artifact, githubClaims(), true, 'the repository is not public'],
    ['a private package', artifact, PUBLIC, false, 'the package is not public'],
    [
      'a distribution of a private repository',
      distribution,
      githubClaims(),
      true,
      'the repository is not public',
    ],
    [
      'a distribution for an index of one’s own',
      distribution,
      PUBLIC,
      false,
      'the package is not public',
    ],
    [
      'a distribution from a workflow that another one calls',
      distribution,
      { ...PUBLIC, job_workflow_ref: 'acme/ci/.github/workflows/p.yml@refs/heads/main' },
      true,
      'another one calls',
    ],
  ])('is not %s, and it is said why', async (_, file, claims, isPublic, reason) => {
    const { made, said } = await extras(file, {}, claims, isPublic)
    expect(made).toEqual({})
    expect(said).toContain(reason)
  })

  it('is left out with the reason where it cannot be made', async () => {
    // The job lacks the variables of the run.
    const { made, said } = await extras(artifact, {}, PUBLIC, true)
    expect(made).toEqual({})
    expect(said).toContain('widget@1.0.0: no provenance, because')
  })
})

it('refuses the release if provenance was demanded and cannot be made', async () => {
  await expect(extras(artifact, { provenance: 'always' })).rejects.toMatchObject({
    code: 'provenance_unavailable',
  })
})

it('makes nothing, and says nothing, if nobody wants it', async () => {
  const never = { provenance: 'never', attestations: 'never' } as const
  for (const file of [artifact, { ...distribution, attestations: [{ version: 1 }] }]) {
    expect(await extras(file, never, PUBLIC, true)).toEqual({ made: {}, said: '' })
  }
})

it('sends attestations that were made before along, also where none is made', async () => {
  const given = { ...distribution, attestations: [{ version: 1 }] }
  expect((await extras(given, {})).made).toEqual({ attestations: [{ version: 1 }] })
})
