import { afterEach, describe, expect, it, vi } from 'vitest'
import { readArguments } from '../command.ts'
import { command } from '../commands/publish.ts'
import { npmRegistry, pypiRegistry, readAccess, readRegistries, readSigning } from './options.ts'

const parse = (...argv: string[]) => readArguments(command, argv)

afterEach(() => vi.unstubAllEnvs())

describe('registries', () => {
  it.each([
    ['https://packages.example', 'https://packages.example/', 'https://packages.example/legacy/'],
    ['http://localhost:4873/', 'http://localhost:4873/', 'http://localhost:4873/legacy/'],
  ])('of trustpub are named once, as %s', (url, npm, pypi) => {
    const { npmRegistry: one, pypiRegistry: two } = readRegistries(parse('--registry', url))
    expect([one?.href, two?.href]).toEqual([npm, pypi])
  })

  it('are undecided unless somebody names them, and the nearer name counts', () => {
    expect(readRegistries(parse())).toEqual({ npmRegistry: undefined, pypiRegistry: undefined })
    const both = parse('--registry', 'https://a.example', '--pypi-registry', 'testpypi')
    expect(readRegistries(both).npmRegistry?.host).toBe('a.example')
    expect(readRegistries(both).pypiRegistry?.href).toBe('https://test.pypi.org/legacy/')
  })

  it('have names of their own, and upload addresses stay as they are', () => {
    expect(npmRegistry('npm').href).toBe('https://registry.npmjs.org/')
    expect(pypiRegistry('pypi').href).toBe('https://upload.pypi.org/legacy/')
    expect(pypiRegistry('https://x.example/repo/upload').href).toBe(
      'https://x.example/repo/upload/',
    )
  })

  it.each(['npmjs', 'packages.example', 'ftp://x.example/', 'https://u:p@x.example/', ''])(
    'are not %j',
    (text) => {
      expect(() => npmRegistry(text)).toThrow(expect.objectContaining({ name: 'UsageError' }))
    },
  )
})

describe('choices', () => {
  it('are those that there are', () => {
    expect(readAccess(parse('--access', 'public'))).toBe('public')
    expect(() => readAccess(parse('--access', 'everybody'))).toThrow('public or restricted')
    expect(() => readSigning(parse('--provenance', 'yes'))).toThrow('auto or always or never')
  })
})

describe('the Sigstore that signs', () => {
  it('is the public one unless another is named, on the command line or in the environment', () => {
    expect(readSigning(parse()).services).toBeUndefined()
    vi.stubEnv('TRUSTPUB_FULCIO', 'http://127.0.0.1:1/')
    const { services } = readSigning(
      parse('--rekor', 'https://rekor.example/', '--tsa', 'https://tsa.example'),
    )
    expect(services).toEqual({
      fulcio: 'http://127.0.0.1:1',
      rekor: 'https://rekor.example',
      tsa: 'https://tsa.example',
    })
  })

  it('is never half a one, which would write into the public log', () => {
    expect(() => readSigning(parse('--fulcio', 'https://f.example'))).toThrow('go together')
    expect(() => readSigning(parse('--tsa', 'https://t.example'))).toThrow('go together')
  })
})
