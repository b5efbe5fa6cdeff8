import { describe, expect, it } from 'vitest'
import type { Claims } from '../check.ts'
import { outcomeOf, tokenFor } from '../ci.test.util.ts'
import { parseFields } from '../fields.ts'
import type { Environment, RunProgram } from '../provider.ts'
import { circleci } from './circleci.ts'

const { fields, run } = circleci.example
const ORGANIZATION_ISSUER = `${circleci.issuer}/org/${fields.organization}`
const claim = (name: string) => `oidc.circleci.com/${name}`
const outcome = (changed: Claims, publisher = fields) => outcomeOf(circleci, changed, publisher)

describe('the claims of CircleCI', () => {
  it('may be signed by the issuer of their organization, not by that of another', () => {
    expect(outcome({ iss: ORGANIZATION_ISSUER })).toBe('trusted')
    const other = '00000000-0000-4000-8000-000000000000'
    expect(outcome({ iss: `${circleci.issuer}/org/${other}` })).not.toBe('trusted')
    // Who has an organization of one's own cannot name another in the claim.
    const stranger = { iss: `${circleci.issuer}/org/${other}`, [claim('org-id')]: other }
    expect(outcome(stranger)).not.toBe('trusted')
    expect(outcome({ iss: `${ORGANIZATION_ISSUER}/` })).not.toBe('trusted')
    expect(outcome({ iss: '' })).not.toBe('trusted')
  })

  it.each([
    [claim('org-id'), 'claim_refused'],
    [claim('project-id'), 'repository_mismatch'],
    [claim('pipeline-definition-id'), 'claim_refused'],
    [claim('vcs-origin'), 'claim_refused'],
    [claim('context-ids'), 'claim_refused'],
  ])('are refused with another %s', (name, code) => {
    expect(outcome({ [name]: '00000000-0000-4000-8000-000000000000' })).toBe(code)
  })

  it.each([
    'github.com/evil/widget',
    'https://github.com/acme/widget',
    'github.com/acme/widget.git',
    'evil.com/github.com/acme/widget',
    undefined,
  ])('are refused if the code comes from %s', (origin) => {
    expect(outcome({ [claim('vcs-origin')]: origin })).toBe('claim_refused')
  })

  it('ignore letter case in ids and in the name of the repository', () => {
    const upper = String(fields.project).toUpperCase()
    const origin = 'github.com/Acme/Widget'
    expect(outcome({ [claim('project-id')]: upper, [claim('vcs-origin')]: origin })).toBe('trusted')
  })

  it.each([true, 'false', '', null, undefined, 0])('are refused if ssh-rerun is %j', (rerun) => {
    expect(outcome({ [claim('ssh-rerun')]: rerun })).toBe('claim_refused')
  })

  it('name every context that the publisher asks for, among others', () => {
    const [one, two] = [String(fields.contexts), '5b7d6f8e-9a21-4c3d-8e9f-7a1f0a2e6b1d']
    const both = { ...fields, contexts: `${one},${two}` }
    expect(outcome({ [claim('context-ids')]: [two, one] })).toBe('trusted')
    expect(outcome({ [claim('context-ids')]: [two, one] }, both)).toBe('trusted')
    expect(outcome({ [claim('context-ids')]: [one] }, both)).toBe('claim_refused')
    for (const used of [[], [two], [`${one}x`], [[one]], { 0: one }, one]) {
      expect(outcome({ [claim('context-ids')]: used })).toBe('claim_refused')
    }
    const { contexts: _, ...bare } = fields
    expect(outcome({ [claim('context-ids')]: [] }, bare)).toBe('trusted')
  })

  it('come from a ref that the publisher allows', () => {
    const tags = { ...fields, ref: 'refs/tags/v*' }
    expect(outcome({ [claim('vcs-ref')]: 'refs/tags/v2' }, tags)).toBe('trusted')
    for (const ref of ['refs/heads/main', 'refs/heads/refs/tags/v1', '', undefined]) {
      expect(outcome({ [claim('vcs-ref')]: ref }, tags)).toBe('ref_mismatch')
    }
  })

  it.each([
    ['organization', 'acme'],
    ['project', 'github.com/acme/widget'],
    ['repository', 'https://github.com/acme/widget'],
    ['repository', 'acme/widget'],
    ['contexts', 'release'],
    ['contexts', `${fields.contexts},`.repeat(21)],
  ])('cannot be expected with %s %j', (name, value) => {
    expect(() => parseFields(circleci, { ...fields, [name]: value })).toThrow(
      expect.objectContaining({ code: 'field_invalid' }),
    )
  })

  it('are expected with ids in lower case', () => {
    const typed = { ...fields, contexts: ` ${fields.contexts?.toUpperCase()} , ` }
    expect(parseFields(circleci, typed)).toEqual(fields)
  })
})

describe('publishers of CircleCI in the words of npm trust', () => {
  it('are those that npm sends', () => {
    const claims = {
      [claim('org-id')]: fields.organization,
      [claim('project-id')]: fields.project,
      [claim('pipeline-definition-id')]: fields.pipelineDefinition,
      [claim('vcs-origin')]: 'github.com/acme/widget',
    }
    const { contexts, ref: _, ...bare } = fields
    expect(circleci.npmTrust.toClaims(bare)).toEqual(claims)
    expect(circleci.npmTrust.fromClaims(claims)).toEqual(bare)
    const withContexts = { ...claims, [claim('context-ids')]: [contexts] }
    expect(circleci.npmTrust.toClaims({ ...bare, contexts })).toEqual(withContexts)
    expect(circleci.npmTrust.fromClaims(withContexts)).toEqual({ ...bare, contexts })
  })
})

describe('an ID token from CircleCI', () => {
  /** The program as CircleCI's jobs have it: the audience is what the claims say. */
  const program = (failure?: Error) => {
    const calls: (readonly string[])[] = []
    const circle: RunProgram = async (name, args) => {
      calls.push([name, ...args])
      if (failure !== undefined) throw failure
      const { aud } = JSON.parse(args[4] ?? '{}') as { aud: string }
      return `${tokenFor(aud)}\n`
    }
    return { calls, circle }
  }
  const missing = Object.assign(new Error('spawn circleci ENOENT'), { code: 'ENOENT' })
  const request = (env: Environment, audience: string, circle?: RunProgram) =>
    circleci.requestIdToken({ ...circleci.jobVariables(run), ...env }, audience, fetch, circle)

  it('can be had in every job', () => {
    expect(circleci.detect({ CIRCLECI: 'true' })).toEqual({ found: true })
    expect(circleci.detect({ CIRCLECI: 'false' })).toMatchObject({ found: false, inCi: false })
  })

  it.each([
    ['npm:registry.example', []],
    ['npm:registry.example" , "sub": "x', []],
    ['pypi', ['--root-issuer']],
    ['sigstore', ['--root-issuer']],
  ])('for %s is asked of the program', async (audience, more) => {
    const { calls, circle } = program()
    expect(await request({}, audience, circle)).toBe(tokenFor(audience))
    const claims = JSON.stringify({ aud: audience })
    expect(calls).toEqual([['circleci', 'run', 'oidc', 'get', '--claims', claims, ...more]])
  })

  it('is taken from a variable only if the program gives none and the audience is right', async () => {
    const env = {
      NPM_ID_TOKEN: tokenFor('npm:registry.example'),
      CIRCLE_OIDC_TOKEN_V2: tokenFor(fields.organization),
    }
    const fresh = program()
    await request(env, 'npm:registry.example', fresh.circle)
    expect(fresh.calls).toHaveLength(1)
    const { circle } = program(missing)
    expect(await request(env, 'npm:registry.example', circle)).toBe(env.NPM_ID_TOKEN)
    await expect(request(env, 'pypi', circle)).rejects.toThrow('circleci is not installed')
    expect(await request(env, String(fields.organization))).toBe(env.CIRCLE_OIDC_TOKEN_V2)
  })

  it('is asked for again if the program fails once, and given up with what it said', async () => {
    let failures = 1
    const { circle } = program()
    const shaky: RunProgram = async (...call) => {
      failures -= 1
      if (failures >= 0) throw new Error('exit 1: 502 Bad Gateway')
      return circle(...call)
    }
    expect(await request({}, 'pypi', shaky)).toBe(tokenFor('pypi'))
    const denied = program(new Error('exit 1: no OIDC tokens for builds of forks'))
    await expect(request({}, 'pypi', denied.circle)).rejects.toThrow('no OIDC tokens for builds')
  })

  it('for another audience is kept back', async () => {
    await expect(request({}, 'pypi', async () => tokenFor('other'))).rejects.toThrow('"other"')
  })
})
