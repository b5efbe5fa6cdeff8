import { describe, expect, it } from 'vitest'
import { readReleases } from '../read.ts'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import type { Finding } from './check.ts'
import { examine } from './run.ts'

const NPM: Files = {
  'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"gitlab:acme/widget"}',
}
const PYTHON: Files = { 'pyproject.toml': '[project]\nname = "acme-widget"\nversion = "1.0.0"\n' }

const TAGS = [{ if: '$CI_COMMIT_TAG && $CI_COMMIT_REF_PROTECTED == "true"' }]
const FOR_NPM = { NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' } }
const FOR_SIGSTORE = { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } }
const FOR_PYPI = { PYPI_ID_TOKEN: { aud: 'pypi' } }
const UPLOAD = 'twine upload dist/*'

/** What checks find in a job that runs these commands, most grave first. */
function findingsOf(
  script: string,
  idTokens: object | undefined,
  files: Files = script.includes('npm') ? NPM : PYTHON,
  more: object = {},
  config: object = {},
): Promise<readonly Finding[]> {
  const tokens = idTokens === undefined ? {} : { id_tokens: idTokens }
  const publish = { image: 'node:24', rules: TAGS, ...tokens, script: [script], ...more }
  const all = { ...files, '.gitlab-ci.yml': JSON.stringify({ ...config, publish }) }
  return withRepository(all, async (directory) => {
    const releases = await readReleases(directory)
    return releases.flatMap((release) => examine(release).findings)
  })
}

const told = (findings: readonly Finding[], id: string) =>
  findings.filter(({ check }) => check === id)

describe('gitlab-id-tokens', () => {
  it('asks for none at a server that the registries do not know', async () => {
    const remote = '[remote "origin"]\n\turl = https://git.acme.example/acme/widget.git\n'
    const files = { ...PYTHON, '.git/HEAD': 'ref: refs/heads/main\n', '.git/config': remote }
    expect(told(await findingsOf(UPLOAD, undefined, files), 'gitlab-id-tokens')).toEqual([])
    expect(told(await findingsOf(UPLOAD, undefined), 'gitlab-id-tokens')).toHaveLength(1)
  })

  it('asks for none where the job extends what is in another project', async () => {
    const found = await findingsOf(
      UPLOAD,
      undefined,
      PYTHON,
      { extends: ['.ours', '.theirs'] },
      {
        '.ours': { stage: 'deploy' },
      },
    )
    expect(told(found, 'gitlab-id-tokens')).toEqual([])
  })

  it('asks for none where the project at GitLab is not named, only a copy at GitHub', async () => {
    const remote = '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n'
    const files = { ...PYTHON, '.git/HEAD': 'ref: refs/heads/main\n', '.git/config': remote }
    expect(told(await findingsOf(UPLOAD, undefined, files), 'gitlab-id-tokens')).toEqual([])
  })

  it.each<[string, object | undefined, 'error' | 'warning', RegExp]>([
    [
      'npm publish',
      { NPM_ID_TOKEN: { aud: 'https://registry.npmjs.org' } },
      'error',
      /wants "npm:/,
    ],
    [
      'npm publish',
      { NPM_TOKEN: { aud: 'npm:registry.npmjs.org' } },
      'error',
      /wants NPM_ID_TOKEN/,
    ],
    ['npm publish', FOR_PYPI, 'error', /declares PYPI_ID_TOKEN, and npm looks for NPM_ID_TOKEN/],
    ['npm publish', FOR_SIGSTORE, 'warning', /Unless a variable of the project/],
    ['npm publish', undefined, 'warning', /declares no `id_tokens`.*ENEEDAUTH/],
    ['pnpm publish', { NPM_ID_TOKEN: { aud: 'npm' } }, 'error', /AUDIENCE_MISMATCH/],
    [
      UPLOAD,
      { PYPI_ID_TOKEN: { aud: 'https://pypi.org' } },
      'error',
      /wants "pypi".*invalid-token/,
    ],
    [UPLOAD, { PYPI_TOKEN: { aud: 'pypi' } }, 'error', /PYPI_ID_TOKEN not found/],
    [UPLOAD, { PYPI_ID_TOKEN: { aud: ['pypi', 'sigstore'] } }, 'error', /several audiences/],
    [
      `twine upload -r testpypi dist/*`,
      { TEST_PYPI_ID_TOKEN: { aud: 'testpypi' } },
      'error',
      /wants TESTPYPI_ID_TOKEN/,
    ],
    ['uv publish --trusted-publishing always', { ID: { aud: 'pypi' } }, 'error', /No OIDC token/],
  ])('finds what keeps `%s` from its token with %j', async (script, tokens, severity, words) => {
    const [one] = told(await findingsOf(script, tokens), 'gitlab-id-tokens')
    expect(one).toMatchObject({ severity, place: { file: '.gitlab-ci.yml' } })
    expect(one?.message).toMatch(words)
  })

  it.each<[string, object]>([
    ['npm publish', { ...FOR_NPM, ...FOR_SIGSTORE }],
    [UPLOAD, FOR_PYPI],
    ['uv publish', { PYPI_ID_TOKEN: { aud: ['pypi'] } }],
    ['twine upload -r testpypi dist/*', { TESTPYPI_ID_TOKEN: { aud: 'testpypi' } }],
  ])('takes `%s` with %j', async (script, tokens) => {
    expect(told(await findingsOf(script, tokens), 'gitlab-id-tokens')).toEqual([])
  })
})

describe('no error where a stored token does the work', () => {
  const VAULT = { VAULT_ID_TOKEN: { aud: 'https://vault.acme.example' } }
  const secrets = (name: string) => ({ secrets: { [name]: { vault: 'ci/registry/token@kv' } } })

  it.each<[string, string, object | undefined, object]>([
    ['of the project, which no file shows', UPLOAD, undefined, {}],
    ['of the project, beside an ID token for a cloud', UPLOAD, { AWS: { aud: 'sts.acme' } }, {}],
    ['of a vault', UPLOAD, VAULT, secrets('TWINE_PASSWORD')],
    ['of a vault, at npm', 'npm publish', VAULT, secrets('NPM_TOKEN')],
    [
      'that a script gets for an ID token of its own name',
      `curl -d "{\\"token\\":\\"$ID\\"}" https://pypi.org/_/oidc/mint-token > t; ${UPLOAD}`,
      { ID: { aud: 'pypi' } },
      {},
    ],
    [
      'of the project, in .npmrc',
      'echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > .npmrc; npm publish',
      undefined,
      {},
    ],
  ])('%s', async (_where, script, tokens, more) => {
    const all = await findingsOf(script, tokens, undefined, more)
    expect(all.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

describe('gitlab-global-id-tokens', () => {
  it('finds them at the top level, and not under default', async () => {
    const at = (config: object) => findingsOf('npm publish', undefined, NPM, {}, config)
    const global = told(await at({ id_tokens: FOR_NPM }), 'gitlab-global-id-tokens')
    expect(global).toMatchObject([{ severity: 'error' }])
    expect(told(await at({ default: { id_tokens: FOR_NPM } }), 'gitlab-global-id-tokens')).toEqual(
      [],
    )
  })
})

describe('id-token-as-password', () => {
  it.each<[string, object]>([
    ['uv publish --token $PYPI_ID_TOKEN', {}],
    ['twine upload -u __token__ -p $PYPI_ID_TOKEN dist/*', {}],
    ['twine upload dist/*', { variables: { TWINE_PASSWORD: '$PYPI_ID_TOKEN' } }],
    ['TWINE_PASSWORD=$PYPI_ID_TOKEN twine upload dist/*', {}],
    ['export TWINE_PASSWORD="$PYPI_ID_TOKEN"; twine upload dist/*', {}],
    ['token=$(python -m id pypi)\ntwine upload -u __token__ -p "$token" dist/*', {}],
  ])('finds `%s`', async (script, more) => {
    const all = await findingsOf(script, FOR_PYPI, PYTHON, more)
    expect(told(all, 'id-token-as-password')).toMatchObject([{ severity: 'error' }])
  })

  it('leaves out a token that is exchanged under the same name', async () => {
    const script = `token=$(python -m id pypi)
token=$(curl -d "{\\"token\\":\\"$token\\"}" https://pypi.org/_/oidc/mint-token | jq -r .token)
twine upload -u __token__ -p "$token" dist/*`
    const all = await findingsOf(script, FOR_PYPI, PYTHON)
    expect(told(all, 'id-token-as-password')).toEqual([])
  })
})

describe('gitlab-sigstore-token', () => {
  it('is an error where provenance is asked for, and a note where npm would make it by itself', async () => {
    const of = async (script: string, tokens: object) =>
      told(await findingsOf(script, tokens), 'gitlab-sigstore-token').map((one) => one.severity)
    expect(await of('npm publish --provenance', FOR_NPM)).toEqual(['error'])
    expect(await of('npm publish', FOR_NPM)).toEqual(['note'])
    expect(await of('npm publish --provenance=false', FOR_NPM)).toEqual([])
    expect(await of('npm publish --provenance', { ...FOR_NPM, ...FOR_SIGSTORE })).toEqual([])
  })
})

describe('gitlab-runner', () => {
  it.each<[string, string, number]>([
    ['npm publish', 'our-runner', 1],
    ['npm publish', 'saas-linux-small-amd64', 0],
    ['npm publish', '$RUNNER', 0],
    [UPLOAD, 'our-runner', 0],
  ])('of `%s` on %s', async (script, tag, count) => {
    const tokens = { ...FOR_NPM, ...FOR_PYPI }
    const all = await findingsOf(script, tokens, undefined, { tags: [tag] })
    expect(told(all, 'gitlab-runner')).toHaveLength(count)
  })
})

describe('gitlab-unprotected', () => {
  it.each<[string, object, number]>([
    ['a rule for protected refs', {}, 0],
    ['every tag', { rules: [{ if: '$CI_COMMIT_TAG' }] }, 1],
    ['only: tags', { rules: undefined, only: ['tags'] }, 1],
    ['an environment', { rules: [{ if: '$CI_COMMIT_TAG' }], environment: 'release' }, 0],
  ])('notes who can publish with %s', async (_what, more, count) => {
    const all = await findingsOf('npm publish', FOR_NPM, NPM, more)
    expect(told(all, 'gitlab-unprotected').map((one) => one.severity)).toEqual(
      Array.from({ length: count }, () => 'note'),
    )
  })
})

describe('publisher-differs at GitLab', () => {
  const publisher = {
    package: 'npm:@acme/widget',
    registry: 'https://registry.npmjs.org/',
    provider: 'gitlab',
    repository: 'acme/widget',
    workflow: '.gitlab-ci.yml',
  }
  const differing = async (recorded: object, more: object = {}, files: Files = {}) => {
    const text = JSON.stringify({ publishers: [{ ...publisher, ...recorded }] })
    const all = { ...NPM, ...files, 'trusted-publishers.json': text }
    return told(await findingsOf('npm publish', FOR_NPM, all, more), 'publisher-differs')
  }

  it('compares environments letter by letter', async () => {
    const more = { environment: 'Release' }
    expect(await differing({ environment: 'Release' }, more)).toEqual([])
    expect(await differing({ environment: 'release' }, more)).toMatchObject([{ severity: 'error' }])
  })

  it('is not sure of a CI file that the settings of the project may name', async () => {
    const elsewhere = { workflow: 'ci/release.yml' }
    const files = { 'ci/release.yml': 'build: { script: make }' }
    expect(await differing(elsewhere, {}, files)).toMatchObject([{ severity: 'warning' }])
    expect(await differing(elsewhere)).toMatchObject([{ severity: 'error' }])
  })
})

describe('gitlab-child-pipeline', () => {
  it.each<[string, unknown, string, number]>([
    ['a file of the repository that publishes', 'ci/x.yml', 'a: { script: npm publish }', 1],
    ['one in a list', [{ local: '/ci/x.yml' }], 'a: { script: [twine upload dist/*] }', 1],
    ['one that tests', 'ci/x.yml', 'a: { script: npm test } # then npm publish', 0],
    ['one that a job makes', [{ artifact: 'x.yml', job: 'make' }], 'a: { script: npm publish }', 0],
  ])('notes %s', async (_what, include, text, count) => {
    const config = { child: { trigger: { include } } }
    const files = { ...NPM, 'ci/x.yml': text }
    const all = await findingsOf('npm test', undefined, files, {}, config)
    expect(told(all, 'gitlab-child-pipeline').map((one) => one.severity)).toEqual(
      Array.from({ length: count }, () => 'note'),
    )
  })
})

describe('gitlab-one-exchange', () => {
  it.each<[string, readonly string[]]>([
    [`twine upload dist/*.whl && twine upload dist/*.tar.gz`, ['error']],
    [`if [ -n "$X" ]; then twine upload dist/*.whl; else twine upload dist/*; fi`, ['warning']],
    ['twine upload --repository testpypi dist/* && twine upload dist/*', []],
  ])('says of `%s`: %j', async (script, severities) => {
    const tokens = { ...FOR_PYPI, TESTPYPI_ID_TOKEN: { aud: 'testpypi' } }
    const found = told(await findingsOf(script, tokens), 'gitlab-one-exchange')
    expect(found.map(({ severity }) => severity)).toEqual(severities)
  })

  it('says nothing of jobs that have a stored token', async () => {
    const script = 'twine upload -p $TOKEN dist/*.whl && twine upload -p $TOKEN dist/*.tar.gz'
    expect(told(await findingsOf(script, FOR_PYPI), 'gitlab-one-exchange')).toEqual([])
  })
})
