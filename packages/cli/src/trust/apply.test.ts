import type { RecordedPublisher } from '@trustpub/identity'
import { describe, expect, it } from 'vitest'
import { type Applied, type ApplyOptions, applyAll } from './apply.ts'
import { refuse } from './errors.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { Registrars } from './registrars.ts'

const publisher = (name: string, fields: Record<string, string> = {}): RecordedPublisher => ({
  package: `npm:${name}`,
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml', ...fields },
  permissions: ['publish'],
})

/** A registry in memory that keeps one publisher a package, and refuses some. */
function memory(there: readonly RecordedPublisher[], refused: readonly string[] = []) {
  const kept = new Map<string, Configured>(
    there.map((one) => [one.package, { ...one, id: `of ${one.package}` }]),
  )
  const registrar: Registrar = {
    single: true,
    pause: 0,
    list: async (name) => [kept.get(name) ?? []].flat(),
    add: async (one) => {
      if (refused.includes(`${one.package} ${one.fields.workflow}`)) {
        throw refuse('trust_refused', { host: 'npmjs', package: one.package, reason: 'no' })
      }
      kept.set(one.package, { ...one, id: 'new' })
    },
    remove: async (name) => void kept.delete(name),
  }
  const registrars = { for: async () => registrar } as unknown as Registrars
  return { kept, registrars }
}

const apply = async (
  publishers: readonly RecordedPublisher[],
  registrars: Registrars,
  options: Partial<ApplyOptions> = {},
): Promise<readonly Applied['outcome'][]> => {
  const all = { replace: false, dryRun: false, progress: () => {}, ...options }
  return (await applyAll(publishers, registrars, all)).map(({ outcome }) => outcome)
}

describe('applyAll', () => {
  it('configures what is missing, and finds it the second time', async () => {
    const { registrars } = memory([])
    const publishers = [publisher('a'), publisher('b')]
    expect(await apply(publishers, registrars)).toEqual(['configured', 'configured'])
    expect(await apply(publishers, registrars)).toEqual(['already there', 'already there'])
  })

  it('goes on after a package that is refused', async () => {
    const { registrars, kept } = memory([], ['npm:a release.yml'])
    expect(await apply([publisher('a'), publisher('b')], registrars)).toEqual([
      'failed',
      'configured',
    ])
    expect([...kept.keys()]).toEqual(['npm:b'])
  })

  it('replaces one that differs only where that is wanted', async () => {
    const { registrars, kept } = memory([publisher('a', { workflow: 'old.yml' })])
    expect(await apply([publisher('a')], registrars)).toEqual(['differs'])
    expect(kept.get('npm:a')?.fields.workflow).toBe('old.yml')
    expect(await apply([publisher('a')], registrars, { replace: true })).toEqual(['replaced'])
    expect(kept.get('npm:a')?.fields.workflow).toBe('release.yml')
  })

  it('puts the old one back if the new one is refused', async () => {
    const { registrars, kept } = memory(
      [publisher('a', { workflow: 'old.yml' })],
      ['npm:a release.yml'],
    )
    expect(await apply([publisher('a')], registrars, { replace: true })).toEqual(['failed'])
    expect(kept.get('npm:a')?.fields.workflow).toBe('old.yml')
  })

  it('changes nothing in a dry run', async () => {
    const { registrars, kept } = memory([publisher('a', { workflow: 'old.yml' })])
    const outcomes = await apply([publisher('a'), publisher('b')], registrars, {
      dryRun: true,
      replace: true,
    })
    expect(outcomes).toEqual(['would be replaced', 'would be configured'])
    expect([...kept.keys()]).toEqual(['npm:a'])
  })

  it('leaves to a person what has no API', async () => {
    const registrars = { for: async () => undefined } as unknown as Registrars
    expect(await apply([publisher('a')], registrars)).toEqual(['by hand'])
  })
})
