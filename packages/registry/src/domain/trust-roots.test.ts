import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AttestationKit, openAttestationKit } from '../attestation-testing.ts'
import { codeOfRefusal } from '../testing.ts'
import { TrustRoots } from './trust-roots.ts'

const HOUR_MS = 3600_000

describe('the roots of trust', () => {
  let kit: AttestationKit
  let folder: string
  beforeAll(async () => {
    kit = await openAttestationKit()
    folder = await mkdtemp(join(tmpdir(), 'roots-'))
  })
  afterAll(async () => {
    await kit.close()
    await rm(folder, { recursive: true })
  })

  it('are looked for again at the next attestation if there were none', async () => {
    const path = join(folder, 'late.json')
    const roots = new TrustRoots({ kind: 'file', path }, () => new Date())
    expect(await codeOfRefusal(() => roots.current())).toBe('trust_unavailable')
    await copyFile(kit.trustedRoot, path)
    expect(await roots.current()).toMatchObject({ offline: false })
  })

  it('are read again after some hours, and kept if that fails', async () => {
    let time = Date.now()
    const path = join(folder, 'root.json')
    await copyFile(kit.trustedRoot, path)
    const roots = new TrustRoots({ kind: 'file', path }, () => new Date(time))
    const [first, same] = await Promise.all([roots.current(), roots.current()])
    expect(same).toBe(first)
    time += 7 * HOUR_MS
    const second = await roots.current()
    expect(second).not.toBe(first)
    await rm(path)
    time += 7 * HOUR_MS
    expect(await roots.current()).toBe(second)
  })
})
