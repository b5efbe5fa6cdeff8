import { describe, expect, it } from 'vitest'
import { readArguments, UsageError } from '../command.ts'
import { command } from '../commands/verify.ts'
import { readExpecting, readIssuers, readRegistries, readSource, readToken } from './options.ts'
import { targetOf } from './targets.ts'

function args(...argv: string[]) {
  return readArguments(command, argv)
}

const NONE = { npm: undefined, pypi: undefined }

describe('the registry', () => {
  it('is one address for npm, and its simple API for Python', () => {
    const { npm, pypi } = readRegistries(args('--registry', 'https://e.com'))
    expect([npm?.href, pypi?.href]).toEqual(['https://e.com/', 'https://e.com/simple/'])
    const index = readRegistries(args('--registry', 'https://e.com/pypi/simple')).pypi
    expect(index?.href).toBe('https://e.com/pypi/simple/')
    expect(readRegistries(args())).toEqual(NONE)
  })

  it.each(['e.com', 'ftp://e.com', 'https://me:secret@e.com'])('is not %s', (text) => {
    expect(() => readRegistries(args('--registry', text))).toThrow(UsageError)
  })

  it('gets the token, and without a registry there is nobody to send it to', () => {
    const registries = readRegistries(args('--registry', 'https://e.com/npm/'))
    expect(readToken(registries, 'secret')).toEqual({ origin: 'https://e.com', value: 'secret' })
    expect(readToken(registries, '')).toBeUndefined()
    expect(() => readToken(NONE, 'secret')).toThrow('--registry')
  })
})

describe('the Sigstore', () => {
  it('is the public one, a file, or a TUF repository with its first root', () => {
    expect(readSource(args())).toMatchObject({ kind: 'public' })
    expect(readSource(args('--sigstore', '/roots/trusted_root.json'))).toEqual({
      kind: 'file',
      path: '/roots/trusted_root.json',
    })
    const tuf = ['--sigstore', 'https://tuf.example.com', '--sigstore-root', '/roots/root.json']
    expect(readSource(args(...tuf))).toMatchObject({ kind: 'tuf', root: '/roots/root.json' })
  })

  it('is not a TUF repository without a root, nor a root without one', () => {
    expect(() => readSource(args('--sigstore', 'https://e.com'))).toThrow('--sigstore-root')
    expect(() => readSource(args('--sigstore-root', 'root.json'))).toThrow('--sigstore')
  })
})

it('knows issuers of one’s own by their provider', async () => {
  const issuers = readIssuers(args('--issuer', 'gitlab=https://git.example.com'))
  expect(issuers[0]).toMatchObject({ provider: 'gitlab', url: 'https://git.example.com' })
  const own = args('--repository', 'https://git.example.com/acme/widget')
  const expecting = await readExpecting(own, issuers)
  const item = (await targetOf('npm:w@1.0.0', NONE, undefined)).items[0]
  expect(item && expecting(item).publisher).toMatchObject({
    provider: 'gitlab',
    fields: { repository: 'acme/widget' },
  })
  expect(() => readIssuers(args('--issuer', 'jenkins=https://e.com'))).toThrow('providers are')
})

it('takes expectations from options or from a policy, not from both', async () => {
  const both = args('--repository', 'acme/widget', '--policy', 'policy.json')
  await expect(readExpecting(both, readIssuers(args()))).rejects.toThrow('With --policy')
  await expect(readExpecting(args('--workflow', 'w'), readIssuers(args()))).rejects.toThrow(
    UsageError,
  )
})

describe('what is to be verified', () => {
  it('is a version of either kind, scoped or not, or a file', async () => {
    const kinds = await Promise.all(
      ['npm:@acme/widget@1.0.0-rc.1+b', 'npm:w@1.0.0', 'pypi:acme.widget==1!2.0', 'dist/w.whl'].map(
        async (word) => (await targetOf(word, NONE, undefined)).items[0],
      ),
    )
    expect(kinds).toMatchObject([
      { kind: 'npm', name: '@acme/widget', version: '1.0.0-rc.1+b' },
      { kind: 'npm', name: 'w', version: '1.0.0' },
      { kind: 'pypi', name: 'acme.widget', version: '1!2.0' },
      { kind: 'file', path: 'dist/w.whl' },
    ])
  })

  it.each(['npm:widget', 'npm:widget@^1.0.0', 'pypi:widget', 'pypi:widget>=1', 'npm:../x@1.0.0'])(
    'is not %s',
    async (word) => {
      await expect(targetOf(word, NONE, undefined)).rejects.toThrow(UsageError)
    },
  )
})
