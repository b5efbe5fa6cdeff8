import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPrivateSigstore } from './private/index.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'
import { signed, statement } from './testing/signed-bundle.ts'
import { loadTrust } from './trust.ts'
import { verifyBundle } from './verify.ts'

let sigstore: MockSigstore
let folder: string

beforeAll(async () => {
  sigstore = await startMockSigstore()
  folder = await mkdtemp(join(tmpdir(), 'trust-'))
})

afterAll(async () => {
  await sigstore.close()
  await rm(folder, { recursive: true })
})

/** A file with this content. */
async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, randomBytes(8).toString('hex'))
  await writeFile(path, content)
  return path
}

describe('loadTrust from a file', () => {
  it('gives what bundles verify with', async () => {
    const path = await file(JSON.stringify(sigstore.trustedRoot))
    const trust = await loadTrust({ kind: 'file', path })
    const bundle = await signed(statement, sigstore.services)
    await expect(verifyBundle(bundle, trust)).resolves.toMatchObject({ statement })
  })

  it('refuses a file that is not there', async () => {
    const loaded = loadTrust({ kind: 'file', path: join(folder, 'absent.json') })
    await expect(loaded).rejects.toMatchObject({ code: 'trust_unavailable' })
  })

  it.each(['', '{}', '[]', '{"tlogs":[{}]}', 'null'])('refuses %j', async (content) => {
    const loaded = loadTrust({ kind: 'file', path: await file(content) })
    await expect(loaded).rejects.toMatchObject({ code: 'trust_invalid' })
  })
})

describe('loadTrust from a TUF repository', () => {
  const start = () =>
    startPrivateSigstore({
      verifyIdToken: async () => {
        throw new Error('Nobody signs here')
      },
    })

  it('uses the cached copy once the repository cannot be reached', async () => {
    const repository = await start()
    const root = await file(repository.tufRoot)
    const source = { kind: 'tuf', url: repository.url, root, cache: join(folder, 'one') } as const
    const online = await loadTrust(source)
    await repository.close()
    const offline = await loadTrust(source)
    expect([online.offline, offline.offline]).toEqual([false, true])
    expect(offline.material.tlogs).toEqual(online.material.tlogs)
  })

  it('refuses without a copy', async () => {
    const repository = await start()
    const root = await file(repository.tufRoot)
    await repository.close()
    const { url } = repository
    const loaded = loadTrust({ kind: 'tuf', url, root, cache: join(folder, 'two') })
    await expect(loaded).rejects.toMatchObject({ code: 'trust_unavailable' })
  })

  it('refuses a repository that its root did not sign, whatever the cache holds', async () => {
    const [first, second] = [await start(), await start()]
    const root = await file(first.tufRoot)
    const loaded = loadTrust({ kind: 'tuf', url: second.url, root, cache: join(folder, 'three') })
    await expect(loaded).rejects.toMatchObject({ code: 'trust_invalid' })
    await first.close()
    await second.close()
  })
})
