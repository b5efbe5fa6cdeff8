import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from './tls.ts'

describe('a self-signed certificate', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is good for its hosts, and belongs to no authority', async () => {
    const { cert } = await selfSigned(folder, ['localhost', '127.0.0.1', '::1'])
    const certificate = new X509Certificate(cert)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkIP('::1')).toBeDefined()
    expect(certificate.checkHost('evil.example')).toBeUndefined()
    expect(certificate.ca).toBe(false)
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(390)
    expect(days).toBeLessThanOrEqual(398)
  })

  it('is kept, with a key that only its owner can read', async () => {
    const inner = join(folder, 'tls')
    const made = await selfSigned(inner, ['localhost'])
    expect(await selfSigned(inner, ['localhost'])).toEqual(made)
    expect((await stat(join(inner, 'key.pem'))).mode & 0o777).toBe(0o600)
    expect((await stat(inner)).mode & 0o777).toBe(0o700)
  })

  it('is made anew for a host that it does not cover', async () => {
    const made = await selfSigned(folder, ['localhost'])
    const other = await selfSigned(folder, ['localhost', 'registry.example'])
    expect(other.cert).not.toBe(made.cert)
  })

  it.each(['certificate.pem', 'key.pem'])('is made anew if %s was damaged', async (file) => {
    const made = await selfSigned(folder, ['localhost'])
    await writeFile(join(folder, file), 'damaged')
    const again = await selfSigned(folder, ['localhost'])
    expect(again.cert).not.toBe(made.cert)
    expect(new X509Certificate(again.cert).checkHost('localhost')).toBe('localhost')
  })
})
