import { afterEach, describe, expect, it } from 'vitest'
import { differences } from './compare.ts'
import { npmRegistrar } from './npm-registrar.ts'
import {
  type DoubleOptions,
  type NpmjsDouble,
  SESSION_TOKEN,
  startNpmjsDouble,
  type Wire,
} from './npmjs-double.test.util.ts'
import type { Registrar, Rule } from './registrar.ts'
import { TrustSession } from './session.ts'

const doubles: NpmjsDouble[] = []
afterEach(() => {
  for (const double of doubles.splice(0)) double.close()
})

async function open(
  options: DoubleOptions,
  isNpmjs = true,
): Promise<{ readonly double: NpmjsDouble; readonly registrar: Registrar }> {
  const double = await startNpmjsDouble(options)
  doubles.push(double)
  const session = new TrustSession(double.url, {
    token: SESSION_TOKEN,
    asking: { given: undefined, ask: undefined, show: undefined },
    advice: '',
    pace: 0,
  })
  return { double, registrar: npmRegistrar(session, { isNpmjs }) }
}

const NAME = 'npm:@acme/widget'
const GITHUB: Rule = {
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'npm' },
  permissions: ['publish'],
}
const WIRE: Omit<Wire, 'id'> = {
  type: 'github',
  claims: {
    repository: 'acme/widget',
    workflow_ref: { file: 'release.yml' },
    environment: 'npm',
  },
  permissions: ['createPackage'],
}

describe('a publisher', () => {
  it('is sent in the words of npm trust', async () => {
    const { double, registrar } = await open({ packages: { '@acme/widget': [] } })
    await registrar.add(NAME, GITHUB)
    expect(double.seen).toMatchObject([
      { method: 'POST', url: '/-/package/@acme%2fwidget/trust', body: [WIRE] },
    ])
  })

  it.each<[string, Rule, string]>([
    ['a ref', { ...GITHUB, fields: { ...GITHUB.fields, ref: 'refs/tags/v*' } }, 'ref'],
    [
      'a called workflow',
      { ...GITHUB, fields: { repository: 'acme/widget', calledWorkflow: 'publish.yml' } },
      'calledWorkflow',
    ],
    [
      'a server of one’s own',
      { ...GITHUB, issuer: 'https://github.acme.example/_services/token' },
      'issuer https://github.acme.example',
    ],
  ])('is not sent without %s that npm cannot ask for', async (_, rule, words) => {
    const { double, registrar } = await open({ packages: { '@acme/widget': [] } })
    const adding = registrar.add(NAME, rule)
    await expect(adding).rejects.toMatchObject({ code: 'trust_unsayable' })
    await expect(adding).rejects.toThrow(`cannot ask for ${words}`)
    expect(double.seen).toEqual([])
  })

  it('of a public issuer may name it', async () => {
    const { double, registrar } = await open({ packages: { '@acme/widget': [] } })
    await registrar.add(NAME, { ...GITHUB, issuer: 'https://token.actions.githubusercontent.com' })
    expect(double.configured('@acme/widget')).toHaveLength(1)
  })

  it.each(['npm:..', 'npm:../x', 'npm:@acme/..', 'npm:a/b/c', 'npm:@acme', 'npm:a@b'])(
    'of %s is sent nowhere',
    async (name) => {
      const { double, registrar } = await open({})
      await expect(registrar.add(name, GITHUB)).rejects.toThrow('no name of a package')
      expect(double.seen).toEqual([])
    },
  )

  it('of a package that does not exist is refused with the way out', async () => {
    const { registrar } = await open({})
    const adding = registrar.add(NAME, GITHUB)
    await expect(adding).rejects.toMatchObject({ code: 'trust_package_missing' })
    await expect(adding).rejects.toThrow('Publish a first version by hand')
  })

  it('is put back as it was, whatever it was', async () => {
    const other = { type: 'jenkins', claims: { x: [1] }, permissions: ['createPackage', 'more'] }
    const { double, registrar } = await open({ packages: { a: [other] } })
    const [there] = await registrar.list('npm:a')
    await registrar.remove('npm:a', there?.id ?? '')
    expect(double.configured('a')).toEqual([])
    if (there !== undefined) await registrar.restore('npm:a', there)
    expect(double.configured('a')).toMatchObject([other])
  })

  it('that is gone already can be taken away', async () => {
    const { registrar } = await open({ packages: { a: [] } })
    await registrar.remove('npm:a', 'gone')
  })
})

describe('what is there', () => {
  it('is read, with what npm calls the fields', async () => {
    const { registrar } = await open({ packages: { '@acme/widget': [WIRE] } })
    expect(await registrar.list(NAME)).toMatchObject([{ ...GITHUB }])
  })

  it('is nothing for a package without any, also where that is a 404', async () => {
    const plain = await open({ packages: { a: [] } })
    expect(await plain.registrar.list('npm:a')).toEqual([])
    const other = await open({ packages: { a: [] }, emptyIs404: true })
    expect(await other.registrar.list('npm:a')).toEqual([])
    await expect(other.registrar.list('npm:b')).rejects.toMatchObject({
      code: 'trust_package_missing',
    })
  })

  it('may publish if it is from before there were permissions', async () => {
    const { permissions: _, ...old } = WIRE
    const { registrar } = await open({ packages: { '@acme/widget': [old as typeof WIRE] } })
    expect(await registrar.list(NAME)).toMatchObject([{ permissions: ['publish'] }])
  })

  it('of a kind of CI that is not known here is shown, and is never the same', async () => {
    const other = { type: 'jenkins', claims: { job: { name: 'x' } }, permissions: [] }
    const { registrar } = await open({ packages: { a: [other] } })
    const [there] = await registrar.list('npm:a')
    expect(there).toMatchObject({ provider: 'jenkins', fields: { job: '{"name":"x"}' } })
    expect(there && differences(there, GITHUB)).toHaveLength(1)
  })

  it('that asks for more than is known here is not the same', async () => {
    const claims = { ...(WIRE.claims as object), ref: 'refs/heads/main' }
    const { registrar } = await open({ packages: { '@acme/widget': [{ ...WIRE, claims }] } })
    const [there] = await registrar.list(NAME)
    expect(there && differences(there, GITHUB)).toEqual([
      { field: 'ref', there: 'refs/heads/main', wanted: undefined },
    ])
  })

  it('may stage at npmjs.com although that was not asked for, and only there', async () => {
    const both = { ...WIRE, permissions: ['createPackage', 'createStagedPackage'] }
    for (const isNpmjs of [true, false]) {
      const { registrar } = await open({ packages: { '@acme/widget': [both] } }, isNpmjs)
      const [there] = await registrar.list(NAME)
      const found = there && differences(there, GITHUB, registrar.granted)
      expect(found?.map(({ field }) => field)).toEqual(isNpmjs ? [] : ['permissions'])
    }
  })

  it('may not publish at npmjs.com if that is not recorded', async () => {
    const both = { ...WIRE, permissions: ['createPackage', 'createStagedPackage'] }
    const { registrar } = await open({ packages: { '@acme/widget': [both] } })
    const [there] = await registrar.list(NAME)
    const staging: Rule = { ...GITHUB, permissions: ['stage'] }
    expect(there && differences(there, staging, registrar.granted)).toEqual([
      { field: 'permissions', there: 'publish, stage', wanted: 'stage' },
    ])
  })
})
