import { describe, expect, it } from 'vitest'
import { npmPublishStatement, npmSubject, pypiPublishStatement } from './statement.ts'

const integrity = `sha512-${Buffer.alloc(64, 0xab).toString('base64')}`

describe('npmSubject', () => {
  it('names scoped packages as npm does', () => {
    expect(npmSubject('@acme/widget', '1.0.0-rc.1', integrity)).toEqual({
      name: 'pkg:npm/%40acme/widget@1.0.0-rc.1',
      digest: { sha512: 'ab'.repeat(64) },
    })
  })

  it('does not accept another integrity than sha512', () => {
    for (const wrong of ['', 'sha1-qqqq', `sha256-${integrity}`, `${integrity} ${integrity}`])
      expect(() => npmSubject('widget', '1.0.0', wrong)).toThrow('integrity')
  })
})

describe('statements of publishing', () => {
  it('of npm name package, version and registry', () => {
    const registry = 'https://registry.example'
    const stated = npmPublishStatement({ name: 'widget', version: '1.0.0', integrity, registry })
    expect(stated).toMatchObject({
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [{ name: 'pkg:npm/widget@1.0.0' }],
      predicateType: 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
      predicate: { name: 'widget', version: '1.0.0', registry },
    })
  })

  it('of Python are what pypi-attestations signs, byte for byte', () => {
    const stated = pypiPublishStatement({ filename: 'a-1.tar.gz', sha256: 'AB'.repeat(32) })
    const sha256 = 'ab'.repeat(32)
    expect(JSON.stringify(stated)).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a-1.tar.gz","digest":{"sha256":"${sha256}"}}],"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}`,
    )
  })
})
