import { findProvider } from '@trustpub/identity'
import { expect, it } from 'vitest'
import type { Ecosystem } from '../artifact.ts'
import { githubClaims } from '../testing.ts'
import { likelyCause } from './cause.ts'
import { comparedClaims } from './claims.ts'

const provider = findProvider('github')
const called = { job_workflow_ref: 'acme/widget/.github/workflows/publish.yml@refs/heads/main' }

interface Answer {
  readonly status: number
  readonly code?: string
  readonly message?: string
}

function cause(
  ecosystem: Ecosystem,
  step: 'exchange' | 'upload',
  { status, code, message = '' }: Answer,
  claims: object = {},
  explains = false,
) {
  const said = { host: 'registry.example', status, code, message, explains }
  const all = { ...githubClaims(), ...claims }
  return likelyCause({ ecosystem, step, name: 'widget', said, provider, claims: all })
}

it.each<[Ecosystem, 'exchange' | 'upload', Answer, object, string]>([
  ['npm', 'exchange', { status: 404 }, {}, 'its first version is published by hand'],
  ['npm', 'exchange', { status: 404 }, called, 'workflow "release.yml"'],
  ['npm', 'exchange', { status: 404 }, { environment: undefined }, 'no environment'],
  ['npm', 'exchange', { status: 404 }, { sub: 'repo:acme@12/widget@34:ref:x' }, 'immutable'],
  ['npm', 'exchange', { status: 401 }, { iss: 'https://ghes.example' }, '"https://ghes.example"'],
  [
    'npm',
    'upload',
    { status: 403, message: 'OIDC permission denied for this action' },
    {},
    '--stage',
  ],
  [
    'npm',
    'upload',
    { status: 422, message: 'Failed to validate repository information' },
    {},
    'https://github.com/acme/widget',
  ],
  [
    'npm',
    'upload',
    { status: 422, message: 'Unsupported GitHub Actions runner environment' },
    {},
    '--provenance never',
  ],
  ['pypi', 'exchange', { status: 422, code: 'invalid-publisher' }, {}, 'workflow "release.yml"'],
  [
    'pypi',
    'exchange',
    { status: 422, code: 'invalid-publisher' },
    called,
    'workflow "publish.yml"',
  ],
  ['pypi', 'exchange', { status: 422, code: 'invalid-pending-publisher' }, {}, 'exists by now'],
  ['pypi', 'exchange', { status: 422, code: 'invalid-reuse-token' }, {}, 'exchanged before'],
  ['pypi', 'exchange', { status: 422, code: 'invalid-payload' }, {}, provider.issuer],
  ['pypi', 'exchange', { status: 403, code: 'not-enabled' }, {}, 'switched off'],
  [
    'pypi',
    'upload',
    { status: 403, message: 'Non-user identities cannot create new projects' },
    {},
    'another project than widget',
  ],
  [
    'pypi',
    'upload',
    { status: 400, message: 'Invalid attestations supplied during upload' },
    called,
    'the called one',
  ],
  [
    'pypi',
    'upload',
    { status: 403, message: 'Invalid or non-existent authentication information' },
    {},
    'TestPyPI',
  ],
])(
  'names for %s at the %s with %j (%j) the cause: %s',
  (ecosystem, step, answer, claims, words) => {
    expect(cause(ecosystem, step, answer, claims)).toContain(words)
  },
)

it('guesses nothing where the registry names the cause, or where nothing is known', () => {
  expect(cause('npm', 'exchange', { status: 404 }, {}, true)).toBeUndefined()
  expect(cause('npm', 'upload', { status: 418 })).toBeUndefined()
})

it('shows the claims by which publishers are compared, absent ones too, and nothing else', () => {
  const { environment: _, ...claims } = githubClaims()
  const shown = comparedClaims(provider, { ...claims, jti: 'x', exp: 1 })
  expect(shown).toMatchObject({ repository: 'acme/widget', environment: '', event_name: 'release' })
  expect(Object.keys(shown)).not.toContain('jti')
  expect(Object.keys(shown)).not.toContain('exp')
})
