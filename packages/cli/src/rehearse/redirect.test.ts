import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { redirectToStage } from './redirect.ts'

const STAGE = 'http://127.0.0.1:1234'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trustpub-redirect-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function redirected(file: string, content: string): Promise<string> {
  await writeFile(join(folder, file), content)
  await redirectToStage([folder], STAGE, { keepProvenance: false })
  return readFile(join(folder, file), 'utf8')
}

describe('redirectToStage', () => {
  it('points publishConfig at the stage and turns provenance off, with a note', async () => {
    const publishConfig = {
      registry: 'https://r.example/',
      '@a:registry': 'https://s.example/',
      access: 'public',
      provenance: true,
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: '@a/b', publishConfig }))
    const notes = await redirectToStage([folder], STAGE, { keepProvenance: false })
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object
    expect(manifest).toEqual({
      name: '@a/b',
      publishConfig: {
        registry: `${STAGE}/`,
        '@a:registry': `${STAGE}/`,
        access: 'public',
        provenance: false,
      },
    })
    expect(notes).toEqual([
      'publishConfig.provenance of @a/b is left out: with this client provenance cannot be played.',
    ])
  })

  it('leaves provenance on for a client that can play it', async () => {
    const publishConfig = { provenance: true }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'b', publishConfig }))
    expect(await redirectToStage([folder], STAGE, { keepProvenance: true })).toEqual([])
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ publishConfig })
  })

  it('leaves a manifest without publishConfig byte for byte as it is', async () => {
    const manifest = '{ "name":   "b" }'
    expect(await redirected('package.json', manifest)).toBe(manifest)
  })

  it('points the scopes of .npmrc at the stage and keeps the other lines', async () => {
    expect(
      await redirected('.npmrc', 'save-exact=true\n@acme:registry = https://x.example\n'),
    ).toBe(`save-exact=true\n@acme:registry =${STAGE}/\n`)
  })

  it('does not mind a folder without settings', async () => {
    expect(await redirectToStage([folder], STAGE, { keepProvenance: false })).toEqual([])
  })
})
