import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProvider } from '@trustpub/identity'
import type { PublishJob } from '@trustpub/pipeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProvenanceQuestion, planProvenance } from './automatic-provenance.ts'
import type { Client } from './clients/client.ts'
import { testStep } from './testing.ts'

const step = testStep()
const idToken = { granted: true, reason: 'granted', variables: [] as { name: string }[] }
const OWN = { name: 'widget', repository: 'github:acme/widget' }
const MADE = { made: true, asPublic: true, notes: [] }
const NONE = { made: false, asPublic: false, notes: [] }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trustpub-provenance-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

interface Asked {
  readonly manifest?: object
  readonly args?: readonly string[]
  readonly registry?: string
  readonly idToken?: object
  readonly provider?: 'github' | 'gitlab'
  readonly client?: Client['provenance']
}

async function plan(asked: Asked = {}) {
  const { provider = 'github', args = [], registry, client = 'by itself' } = asked
  await writeFile(join(folder, 'package.json'), JSON.stringify(asked.manifest ?? OWN))
  return planProvenance(client, {
    step: { ...step, args, ...(registry === undefined ? {} : { registry }) },
    job: { idToken: { ...idToken, ...asked.idToken } } as unknown as PublishJob,
    provider,
    run: { ...findProvider(provider).example.run, repository: 'acme/widget' },
    directories: [folder],
  })
}

describe('planProvenance', () => {
  it('makes it for packages that name the repository, as npm does in a public one', async () => {
    expect(await plan()).toEqual(MADE)
    expect(await plan({ manifest: { ...OWN, publishConfig: { access: 'public' } } })).toEqual(MADE)
  })

  it.each([
    [{}, 'none'],
    [{ repository: 'https://github.com/acme/other' }, 'https://github.com/acme/other'],
    [{ repository: 'github:Acme/widget' }, 'https://github.com/Acme/widget'],
  ])(
    'makes none for a package.json with %j, and says that npmjs.com would refuse it',
    async (named, told) => {
      const { made, notes } = await plan({ manifest: { name: 'widget', ...named } })
      expect(made).toBe(false)
      expect(notes).toHaveLength(1)
      expect(notes[0]).toContain(`widget (${told}). If https://github.com/acme/widget is public`)
    },
  )

  it('says nothing of npmjs.com where the packages go elsewhere', async () => {
    const registry = 'https://registry.example/'
    expect(await plan({ manifest: { name: 'widget' }, registry })).toEqual(NONE)
  })

  it.each([
    [{ args: ['--provenance=false'] }],
    [{ args: ['--no-provenance'] }],
    [{ args: ['--access', 'restricted'] }],
    [{ args: ['--access=restricted'] }],
    [{ manifest: { ...OWN, publishConfig: { provenance: false } } }],
    [{ manifest: { ...OWN, publishConfig: { access: 'restricted' } } }],
    [{ idToken: { granted: false } }],
    [{ client: 'when asked' as const }],
  ])('makes none with %j', async (asked) => {
    expect(await plan(asked)).toEqual(NONE)
  })

  it('makes none with a client that cannot be led to the stage', async () => {
    await writeFile(join(folder, 'package.json'), JSON.stringify(OWN))
    const question = { step, directories: [folder] } as unknown as ProvenanceQuestion
    expect(await planProvenance(undefined, question)).toEqual(NONE)
  })

  it.each([
    [{ args: ['--provenance'] }],
    [{ args: ['--provenance=true'] }],
    [{ manifest: { name: 'widget', publishConfig: { provenance: true } } }],
    [{ args: ['--provenance'], client: 'when asked' as const }],
  ])('makes it where it is asked for with %j, whatever package.json names', async (asked) => {
    expect(await plan({ manifest: { name: 'widget' }, ...asked })).toEqual(MADE)
  })

  it('leaves it to npm to refuse provenance of a restricted package', async () => {
    const args = ['--provenance', '--access=restricted']
    expect(await plan({ args })).toEqual({ made: true, asPublic: false, notes: [] })
  })

  it('makes it in GitLab only with an ID token for Sigstore', async () => {
    const gitlab = { provider: 'gitlab', manifest: { repository: 'gitlab:acme/widget' } } as const
    const variables = (...names: string[]) => ({ variables: names.map((name) => ({ name })) })
    expect(await plan({ ...gitlab, idToken: variables('NPM_ID_TOKEN') })).toEqual(NONE)
    const both = variables('NPM_ID_TOKEN', 'SIGSTORE_ID_TOKEN')
    expect(await plan({ ...gitlab, idToken: both })).toEqual(MADE)
  })
})
