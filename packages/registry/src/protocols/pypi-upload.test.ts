import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueExchangedToken } from '../domain/tokens.ts'
import { HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'

describe('an upload of a Python package without any leave', () => {
  let registry: TemporaryRegistry
  beforeAll(async () => {
    const policy = { trustedOnly: true, newPackages: 'restricted' } as const
    registry = await openTemporaryRegistry({ policy })
  })
  afterAll(() => registry.close())

  /** The code of the refusal, and how much of the body was asked for. */
  const send = async (token: string): Promise<[code: string, asked: number]> => {
    let asked = 0
    const pull = () => {
      asked += 1
    }
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data' }
    const init = { method: 'POST', headers, body, duplex: 'half' } as const
    const answer = await registry.app.fetch(new Request(`https://${HOST}/legacy/`, init))
    return [((await answer.json()) as { code: string }).code, asked]
  }
  const exchanged = async (publisherId: string, ecosystem: 'npm' | 'pypi'): Promise<string> => {
    const grants = [{ publisherId, ecosystem, normalised: 'widget' }]
    const by = { kind: 'publisher', id: publisherId, name: 'GitHub Actions' } as const
    return (await issueExchangedToken(registry.store, ecosystem, grants, by, new Date())).text
  }

  it('is refused before its first byte', async () => {
    const { id } = await registry.trust(registry.alice, ['npm:widget'])
    expect(await send(await exchanged(id, 'npm'))).toEqual(['token_scope', 0])
    expect(await send(await exchanged('removed', 'pypi'))).toEqual(['publisher_removed', 0])
    const account = await registry.token(registry.alice, 'publish')
    expect(await send(account)).toEqual(['trusted_only', 0])
  })
})
