import type { RecordedPublisher } from '@trustpub/identity'
import { afterEach, describe, expect, it } from 'vitest'
import type { Applied } from './applied.ts'
import { applyAll } from './apply.ts'
import { groupsOf } from './groups.ts'
import { listAll } from './listed.ts'
import {
  type DoubleOptions,
  type NpmjsDouble,
  SESSION_TOKEN,
  startNpmjsDouble,
  type Wire,
} from './npmjs-double.test.util.ts'
import { Registrars } from './registrars.ts'
import { isFound, removeAll } from './remove.ts'

const doubles: NpmjsDouble[] = []
afterEach(() => {
  for (const double of doubles.splice(0)) double.close()
})

const wire = (file: string, permissions = ['createPackage']): Omit<Wire, 'id'> => ({
  type: 'github',
  claims: { repository: 'acme/widget', workflow_ref: { file } },
  permissions,
})

interface Opened {
  readonly double: NpmjsDouble
  readonly registrars: Registrars
  readonly plan: (...names: string[]) => RecordedPublisher[]
  readonly files: (name: string) => unknown[]
}

async function open(options: DoubleOptions = {}, token = SESSION_TOKEN): Promise<Opened> {
  const double = await startNpmjsDouble(options)
  doubles.push(double)
  return {
    double,
    registrars: registrarsOf(token),
    plan: (...names) =>
      names.map((name) => ({
        package: `npm:${name}`,
        registry: double.url.href,
        provider: 'github',
        fields: { repository: 'acme/widget', workflow: 'release.yml' },
        permissions: ['publish'],
      })),
    files: (name) =>
      double
        .configured(name)
        .map(({ claims }) => (claims as { workflow_ref: { file: string } }).workflow_ref.file),
  }
}

/** As the next run would have them. */
function registrarsOf(token: string): Registrars {
  return new Registrars({
    token: async () => token,
    asking: { given: undefined, ask: undefined, show: undefined },
    pause: async () => {},
  })
}

type Options = { readonly replace?: boolean; readonly dryRun?: boolean }

async function apply(
  publishers: readonly RecordedPublisher[],
  registrars: Registrars,
  { replace = false, dryRun = false }: Options = {},
): Promise<readonly Applied[]> {
  return applyAll(groupsOf(publishers), registrars, { replace, dryRun })
}

const outcomes = (results: readonly Applied[]) => results.map(({ outcome }) => outcome)

describe('applyAll', () => {
  it('configures what is missing, and finds it the second time', async () => {
    const { registrars, plan, files } = await open({ packages: { a: [], b: [] } })
    expect(outcomes(await apply(plan('a', 'b'), registrars))).toEqual(['configured', 'configured'])
    expect(outcomes(await apply(plan('a', 'b'), registrars))).toEqual([
      'already there',
      'already there',
    ])
    expect(files('a')).toEqual(['release.yml'])
  })

  it('goes on after a package that does not exist', async () => {
    const { registrars, plan, files } = await open({ packages: { b: [] } })
    const results = await apply(plan('a', 'b'), registrars)
    expect(results).toMatchObject([
      { outcome: 'failed', code: 'trust_package_missing' },
      { outcome: 'configured' },
    ])
    expect(files('b')).toEqual(['release.yml'])
  })

  it('adds beside what is there and says so, where there is room', async () => {
    const { registrars, plan, files } = await open({ packages: { a: [wire('old.yml')] } })
    const [done] = await apply(plan('a'), registrars)
    expect(done?.outcome).toBe('configured')
    expect(done?.detail).toContain('beside one that is not recorded: github: repository')
    expect(done?.detail).toContain('workflow old.yml')
    expect(files('a')).toEqual(['old.yml', 'release.yml'])
  })

  it('takes away what is not recorded if that is wanted, after the recorded one is there', async () => {
    const packages = { a: [wire('old.yml'), wire('older.yml')], b: [wire('release.yml')] }
    const { registrars, plan, files, double } = await open({ packages })
    const results = await apply(plan('a', 'b'), registrars, { replace: true })
    expect(outcomes(results)).toEqual(['configured', 'removed', 'removed', 'already there'])
    expect(files('a')).toEqual(['release.yml'])
    const methods = double.seen.map(({ method }) => method).filter((method) => method !== 'GET')
    expect(methods).toEqual(['POST', 'DELETE', 'DELETE'])
  })

  it('leaves what differs where there is room for one only, and says in what', async () => {
    const { registrars, plan, files } = await open({
      packages: { a: [wire('old.yml')] },
      limit: 1,
    })
    expect(await apply(plan('a'), registrars)).toMatchObject([
      { outcome: 'differs', detail: 'workflow old.yml, recorded release.yml' },
    ])
    expect(files('a')).toEqual(['old.yml'])
  })

  it('replaces it if that is wanted', async () => {
    const { registrars, plan, files } = await open({
      packages: { a: [wire('old.yml')] },
      limit: 1,
    })
    const results = await apply(plan('a'), registrars, { replace: true })
    expect(outcomes(results)).toEqual(['replaced'])
    expect(files('a')).toEqual(['release.yml'])
  })

  it('puts the old one back if the new one is refused', async () => {
    const { registrars, plan, double } = await open({
      packages: { a: [wire('old.yml', ['createPackage', 'something new'])] },
      limit: 1,
      refusal: (one) =>
        double.configured('a').length === 0 && JSON.stringify(one).includes('release.yml')
          ? { status: 422, body: { message: 'no' } }
          : undefined,
    })
    const results = await apply(plan('a'), registrars, { replace: true })
    expect(results).toMatchObject([{ outcome: 'failed', code: 'trust_refused' }])
    expect(double.configured('a')).toMatchObject([
      wire('old.yml', ['createPackage', 'something new']),
    ])
  })

  it('says what was lost if that is refused too', async () => {
    const { registrars, plan, double } = await open({
      packages: { a: [wire('old.yml')] },
      limit: 1,
      refusal: () =>
        double.configured('a').length === 0 ? { status: 422, body: { message: 'no' } } : undefined,
    })
    const [done] = await apply(plan('a'), registrars, { replace: true })
    expect(done).toMatchObject({ outcome: 'failed', code: 'trust_not_replaced' })
    expect(done?.detail).toContain(
      'The old one was: github: repository acme/widget, workflow old.yml; may publish',
    )
  })

  it('repairs in the next run what a kill between taking away and adding has left', async () => {
    const { plan, files, registrars, double } = await open({
      packages: { a: [wire('old.yml')] },
      limit: 1,
    })
    const [group] = groupsOf(plan('a'))
    const listed = group === undefined ? [] : await listAll([group], registrars)
    await removeAll(listed.filter(isFound), registrars)
    expect(double.configured('a')).toEqual([])
    expect(outcomes(await apply(plan('a'), registrarsOf(SESSION_TOKEN)))).toEqual(['configured'])
    expect(files('a')).toEqual(['release.yml'])
  })

  it('looks what is there after an outage in the middle of a change', async () => {
    // The openapi probe, then GET, then POST, which is carried out and never answered.
    const { registrars, plan, files } = await open({ packages: { a: [] }, cut: [2] })
    expect(outcomes(await apply(plan('a'), registrars))).toEqual(['configured'])
    expect(files('a')).toEqual(['release.yml'])
  })

  it('does not try the others once the registry refuses for good', async () => {
    const { registrars, plan, double } = await open({ packages: { a: [], b: [] } }, 'wrong')
    const results = await apply(plan('a', 'b', 'c'), registrars)
    expect(outcomes(results)).toEqual(['failed', 'not tried', 'not tried'])
    expect(results[0]?.code).toBe('trust_token_invalid')
    expect(double.seen.filter(({ url }) => url.includes('/trust'))).toHaveLength(1)
  })

  it('goes on where it was stopped by a registry that asked for patience', async () => {
    const names = ['a', 'b', 'c']
    const busy = Object.fromEntries(Array.from({ length: 6 }, (_, number) => [number + 4, '1']))
    const { registrars, plan, files } = await open({
      packages: Object.fromEntries(names.map((name) => [name, []])),
      busy,
    })
    const first = await apply(plan(...names), registrars)
    expect(outcomes(first)).toEqual(['configured', 'failed', 'not tried'])
    const second = await apply(plan(...names), registrarsOf(SESSION_TOKEN))
    expect(outcomes(second)).toEqual(['already there', 'configured', 'configured'])
    expect(names.map(files)).toEqual([['release.yml'], ['release.yml'], ['release.yml']])
  })

  it('changes nothing in a dry run', async () => {
    const packages = { a: [wire('old.yml')], b: [] }
    const { registrars, plan, files } = await open({ packages })
    const results = await apply(plan('a', 'b'), registrars, { dryRun: true, replace: true })
    expect(outcomes(results)).toEqual([
      'would be configured',
      'would be removed',
      'would be configured',
    ])
    expect(files('a')).toEqual(['old.yml'])
    expect(files('b')).toEqual([])
  })

  it('configures all that are recorded of a package', async () => {
    const { registrars, plan, files } = await open({ packages: { a: [wire('canary.yml')] } })
    const [first] = plan('a')
    if (first === undefined) throw new Error('There is a plan.')
    const canary = { ...first, fields: { ...first.fields, workflow: 'canary.yml' } }
    const nightly = { ...first, fields: { ...first.fields, workflow: 'nightly.yml' } }
    const results = await apply([first, canary, nightly], registrars)
    expect(outcomes(results).toSorted()).toEqual(['already there', 'configured', 'configured'])
    expect(files('a')).toEqual(['canary.yml', 'release.yml', 'nightly.yml'])
  })

  it('leaves to a person what has no API', async () => {
    const [publisher] = (await open()).plan('a')
    if (publisher === undefined) throw new Error('There is a plan.')
    const pypi = { ...publisher, package: 'pypi:a', registry: 'https://upload.pypi.org/legacy/' }
    expect(outcomes(await apply([pypi], registrarsOf('x')))).toEqual(['by hand'])
  })

  it('tells of a registry for which there is no token', async () => {
    const { plan } = await open({ packages: { a: [] } })
    const registrars = new Registrars({
      token: async () => undefined,
      asking: { given: undefined, ask: undefined, show: undefined },
    })
    expect(await apply(plan('a'), registrars)).toMatchObject([
      { outcome: 'failed', code: 'trust_token_missing' },
    ])
  })
})

describe('listAll', () => {
  it('says of each what it is beside the plan', async () => {
    const packages = {
      same: [wire('release.yml')],
      differs: [wire('old.yml')],
      missing: [],
      surplus: [wire('release.yml'), wire('old.yml')],
    }
    const { registrars, plan } = await open({ packages })
    const names = [...Object.keys(packages), 'absent']
    const listed = await listAll(groupsOf(plan(...names)), registrars)
    expect(listed.map(({ package: name, state }) => [name, state])).toEqual([
      ['npm:same', 'same'],
      ['npm:differs', 'differs'],
      ['npm:missing', 'missing'],
      ['npm:surplus', 'same'],
      ['npm:surplus', 'surplus'],
      ['npm:absent', 'missing'],
    ])
    expect(listed.at(-1)?.reason).toContain('does not exist')
  })

  it('does not end with a registry that cannot be asked', async () => {
    const { registrars, plan, double } = await open()
    double.close()
    const pypi = { package: 'pypi:a', registry: 'https://upload.pypi.org/legacy/' }
    const [publisher] = plan('a')
    if (publisher === undefined) throw new Error('There is a plan.')
    const listed = await listAll(groupsOf([publisher, { ...publisher, ...pypi }]), registrars)
    expect(listed).toMatchObject([
      { state: 'unknown', code: 'trust_unreachable' },
      { state: 'unknown', reason: 'it has no API for this' },
    ])
  })
})

describe('removeAll', () => {
  it('goes on after one that is refused', async () => {
    const { registrars, plan, files, double } = await open({
      packages: { a: [wire('old.yml')], b: [wire('old.yml')] },
    })
    const listed = (await listAll(groupsOf(plan('a', 'b')), registrars)).filter(isFound)
    const [first, second] = listed
    if (first === undefined || second === undefined) throw new Error('There are two.')
    const results = await removeAll([{ ...first, package: 'npm:..' }, second], registrars)
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'removed'])
    expect([files('a'), files('b')]).toEqual([['old.yml'], []])
    expect(double.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  })
})
