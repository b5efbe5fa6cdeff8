import { describe, expect, it } from 'vitest'
import { readReleases } from './read.ts'
import { type Credentials, uploadsOf } from './release.ts'
import { withRepository } from './repository/repository.test.util.ts'

const PUBLISH = { run: 'npm publish' }
const WITH_SECRET = { ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } }

/** How the only publish of a job with these steps comes by its leave. */
function credentialsOf(
  steps: readonly object[],
  granted: boolean,
): Promise<Credentials | undefined> {
  const permissions = { contents: 'read', ...(granted && { 'id-token': 'write' }) }
  const job = { 'runs-on': 'ubuntu-latest', permissions, steps }
  const files = {
    'package.json': '{"name":"@acme/widget","version":"1.0.0"}',
    '.github/workflows/release.yml': JSON.stringify({ on: 'push', jobs: { publish: job } }),
  }
  return withRepository(files, async (directory) => {
    const [release] = await readReleases(directory)
    return release && uploadsOf(release)[0]?.credentials
  })
}

describe('credentials', () => {
  it.each<[string, readonly object[], boolean, Credentials]>([
    ['nothing but ID tokens', [PUBLISH], true, 'trusted'],
    ['a stored secret', [WITH_SECRET], false, 'token'],
    ['both', [WITH_SECRET], true, 'both'],
    ['neither', [PUBLISH], false, 'none'],
    [
      "GitHub's own token, which npmjs.com does not know",
      [{ ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ secrets.GITHUB_TOKEN }}` } }],
      true,
      'trusted',
    ],
    [
      'a deployment to a cloud beside it',
      [{ run: 'aws s3 sync dist s3://acme' }, PUBLISH],
      true,
      'trusted',
    ],
    [
      'a vault that the ID token may be for',
      [
        { uses: 'hashicorp/vault-action@v3', with: { secrets: 'npm token | NODE_AUTH_TOKEN' } },
        PUBLISH,
      ],
      true,
      'unknown',
    ],
    [
      'an action that fetches secrets',
      [{ uses: 'acme/gh-actions/actions/release-secrets@v1' }, PUBLISH],
      true,
      'unknown',
    ],
    [
      'a directory that only the run knows',
      [{ run: 'cd "$(node where.js)" && npm publish' }],
      true,
      'unknown',
    ],
    [
      'a secret that a command reads',
      [{ run: 'aws secretsmanager get-secret-value --secret-id npm > token' }, PUBLISH],
      true,
      'unknown',
    ],
    [
      'a token of an earlier step',
      [{ ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ steps.mint.outputs.token }}` } }],
      false,
      'unknown',
    ],
    [
      'a token that a step before puts into the environment',
      [{ run: 'echo "NODE_AUTH_TOKEN=$(./mint)" >> $GITHUB_ENV' }, PUBLISH],
      true,
      'unknown',
    ],
  ])('of a job with %s', async (_what, steps, granted, expected) => {
    expect(await credentialsOf(steps, granted)).toBe(expected)
  })

  it.each<[string, string, object, object, Credentials]>([
    [
      'for Sigstore alone',
      'npm publish',
      { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } },
      {},
      'unknown',
    ],
    ['for a cloud', 'npm publish', { AWS_TOKEN: { aud: 'sts.acme.example' } }, {}, 'unknown'],
    ['for npm', 'npm publish', { NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' } }, {}, 'trusted'],
    ['for npm, misspelt', 'npm publish', { NPM_ID_TOKEN: { aud: 'registry' } }, {}, 'trusted'],
    [
      'for npm, beside a token of a vault',
      'npm publish',
      { NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' } },
      { secrets: { NPM_TOKEN: { vault: 'npm/token@kv' } } },
      'unknown',
    ],
  ])('of a GitLab job with an ID token %s', (_what, script, id_tokens, more, expected) => {
    const files = {
      'package.json': '{"name":"@acme/widget","version":"1.0.0"}',
      '.gitlab-ci.yml': JSON.stringify({ publish: { id_tokens, script: [script], ...more } }),
    }
    return withRepository(files, async (directory) => {
      const [release] = await readReleases(directory)
      expect(release && uploadsOf(release)[0]?.credentials).toBe(expected)
    })
  })
})
