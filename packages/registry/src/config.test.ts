import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, type ServeSettings, withEnvironment } from './config.ts'

const DEFAULT_URL = 'http://127.0.0.1:4873'

describe('the configuration of a registry', () => {
  it('keeps everything below one folder, closed to strangers, if nothing is set', () => {
    const data = resolve('trustpub-data')
    expect(readConfig({}, DEFAULT_URL)).toEqual({
      database: pathToFileURL(join(data, 'registry.db')),
      blobs: pathToFileURL(join(data, 'blobs')),
      publicUrl: new URL(DEFAULT_URL),
      audiences: { npm: ['npm:127.0.0.1', 'npm:127.0.0.1:4873'], pypi: ['127.0.0.1'] },
      policy: { trustedOnly: false, newPackages: 'restricted' },
      publicIssuers: true,
      maxFileSize: 250 * 1024 * 1024,
      sigstore: { kind: 'public', cache: join(data, 'sigstore') },
      upstreams: {},
    })
  })

  it('takes what is set', () => {
    const config = readConfig(
      {
        publicUrl: 'https://registry.example',
        database: 'postgres://db.example/registry',
        blobs: 'some/folder',
        npmAudience: 'npm:a, npm:b,',
        pypiAudience: 'c',
        trustedOnly: true,
        newPackages: 'public',
        noPublicIssuers: true,
      },
      DEFAULT_URL,
    )
    expect(config).toMatchObject({
      database: new URL('postgres://db.example/registry'),
      blobs: pathToFileURL(resolve('some/folder')),
      publicUrl: new URL('https://registry.example'),
      audiences: { npm: ['npm:a', 'npm:b'], pypi: ['c'] },
      policy: { trustedOnly: true, newPackages: 'public' },
      publicIssuers: false,
    })
  })

  it('asks for one npm audience where the port is the usual one', () => {
    const { audiences } = readConfig({ publicUrl: 'https://registry.example' }, DEFAULT_URL)
    expect(audiences).toEqual({ npm: ['npm:registry.example'], pypi: ['registry.example'] })
  })

  it.each([
    ['1000', 1000],
    ['20KB', 20 * 1024],
    ['250 mb', 250 * 1024 ** 2],
    [' 2 GB ', 2 * 1024 ** 3],
  ])('reads the size %j', (maxFileSize, bytes) => {
    expect(readConfig({ maxFileSize }, DEFAULT_URL).maxFileSize).toBe(bytes)
  })

  it('takes the Sigstore that is trusted as a file or as a TUF repository', () => {
    expect(readConfig({ sigstore: 'trusted_root.json' }, DEFAULT_URL).sigstore).toEqual({
      kind: 'file',
      path: resolve('trusted_root.json'),
    })
    const tuf = {
      data: 'd',
      sigstore: 'https://tuf.example/repository',
      sigstoreRoot: '1.root.json',
      transparencyLog: 'https://rekor.example',
    }
    expect(readConfig(tuf, DEFAULT_URL)).toMatchObject({
      sigstore: {
        kind: 'tuf',
        url: 'https://tuf.example/repository',
        root: resolve('1.root.json'),
        cache: resolve('d/sigstore'),
      },
      transparencyLog: new URL('https://rekor.example'),
    })
  })

  it.each<[settings: ServeSettings, named: string]>([
    [{ publicUrl: 'registry.example' }, 'registry.example'],
    [{ publicUrl: 'ftp://registry.example' }, 'ftp:'],
    [{ publicUrl: 'https://registry.example/npm' }, 'without a path'],
    [{ publicUrl: 'https://registry.example/?x' }, 'without a path'],
    [{ newPackages: 'secret' }, '"restricted" or "public", not "secret"'],
    [{ maxFileSize: '1 TB' }, '1 TB'],
    [{ maxFileSize: '-1' }, '-1'],
    [{ maxFileSize: '' }, 'write for example 250 MB'],
    [{ database: '://x' }, 'database'],
    [{ blobs: '://x' }, 'blobs'],
    [{ sigstore: 'https://tuf.example' }, '--sigstore-root'],
    [{ sigstoreRoot: 'root.json' }, 'goes with the URL'],
    [{ sigstore: 'root.json', sigstoreRoot: 'root.json' }, 'goes with the URL'],
    [{ transparencyLog: 'rekor.example' }, 'transparency log "rekor.example"'],
    [{ transparencyLog: 'file:///log' }, 'transparency log'],
  ])('refuses %j', (settings, named) => {
    expect(() => readConfig(settings, DEFAULT_URL)).toThrow(ConfigError)
    expect(() => readConfig(settings, DEFAULT_URL)).toThrow(named)
  })
})

describe('the environment', () => {
  it('sets what no flag sets', () => {
    const env = {
      TRUSTPUB_DATA: '/data',
      TRUSTPUB_PUBLIC_URL: 'https://env.example',
      TRUSTPUB_TRUSTED_ONLY: 'true',
      TRUSTPUB_NO_PUBLIC_ISSUERS: 'false',
      TRUSTPUB_SETUP_TOKEN: 'chosen',
      TRUSTPUB_BLOBS: '',
    }
    expect(withEnvironment({ publicUrl: 'https://flag.example' }, env)).toEqual({
      data: '/data',
      publicUrl: 'https://flag.example',
      trustedOnly: true,
      noPublicIssuers: false,
      setUpToken: 'chosen',
    })
    expect(withEnvironment({}, {})).toEqual({})
  })

  it.each(['1', 'yes', 'TRUE', 'on'])('does not take %j for a silent false', (value) => {
    expect(() => withEnvironment({}, { TRUSTPUB_TRUSTED_ONLY: value })).toThrow(
      `TRUSTPUB_TRUSTED_ONLY is "${value}"; write true or false.`,
    )
  })
})
