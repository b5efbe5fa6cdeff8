import { describe, expect, it } from 'vitest'
import { requireOwnAudience } from './audience.ts'
import { PYPI, TESTPYPI } from './read.ts'

const index = new URL('https://packages.example:8443/legacy/')

describe('the audience that an index asks for', () => {
  it.each([
    'pypi',
    'testpypi',
    'sigstore',
    'sts.amazonaws.com',
    'npm:registry.npmjs.org',
    'npm:packages.example.evil',
    'npm:',
  ])('is refused as %s, which is that of another service', (audience) => {
    expect(() => requireOwnAudience(index, audience)).toThrow(
      expect.objectContaining({ code: 'audience_refused' }),
    )
  })

  it.each([
    'packages.example',
    'pypi.packages.example',
    'npm:packages.example',
    'npm:packages.example:8443',
  ])('may be %s', (audience) => {
    expect(() => requireOwnAudience(index, audience)).not.toThrow()
  })

  it('is "pypi" and "testpypi" at PyPI and TestPyPI only', () => {
    expect(() => requireOwnAudience(PYPI, 'pypi')).not.toThrow()
    expect(() => requireOwnAudience(TESTPYPI, 'testpypi')).not.toThrow()
    const other = new URL('https://upload.pypi.org.example/legacy/')
    expect(() => requireOwnAudience(other, 'pypi')).toThrow('"pypi"')
  })
})
