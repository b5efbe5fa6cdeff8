import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Issuer, PROVIDERS, PUBLIC_ISSUERS, parseIssuerUrl } from '@trustpub/identity'
import type { TrustSource } from '@trustpub/provenance'
import { type Arguments, UsageError } from '../command.ts'
import { cacheFolder } from '../tools/cache.ts'
import { ExpectationError, publisherOf } from './expectation.ts'
import { type Registries, withSlash } from './lock/lock.ts'
import { type Expecting, readPolicy } from './policy.ts'

/** An address; one with a password in it would end up in messages. @throws UsageError */
function addressOf(option: string, text: string): URL {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && url.username === '' && url.password === '') return url
  throw new UsageError(
    `--${option} "${text}" is no address that can be used: write https://host/path, without a password.`,
  )
}

/** What stands in for npmjs.com and PyPI; an index is at /simple/ of its host unless a path is given. @throws UsageError */
export function readRegistries(args: Arguments): Registries {
  const text = args.text('registry')
  if (text === undefined) return { npm: undefined, pypi: undefined }
  const url = withSlash(addressOf('registry', text))
  return { npm: url, pypi: url.pathname === '/' ? new URL('simple/', url) : url }
}

/** The token that may read at the registry which was named; it is sent nowhere else. */
export function readToken(
  { npm }: Registries,
  token: string | undefined,
): { readonly origin: string; readonly value: string } | undefined {
  if (token === undefined || token === '') return undefined
  if (npm !== undefined) return { origin: npm.origin, value: token }
  throw new UsageError(
    'TRUSTPUB_READ_TOKEN is set, but no registry that it is for: name it with --registry.',
  )
}

/** Which Sigstore is trusted. @throws UsageError */
export function readSource(args: Arguments): TrustSource {
  const sigstore = args.text('sigstore') ?? 'public'
  const root = args.text('sigstore-root')
  const cache = join(cacheFolder(), 'sigstore')
  const isTuf = /^https?:/.test(sigstore)
  if (isTuf && root === undefined) {
    throw new UsageError(
      `The Sigstore at ${sigstore} needs a first root to begin with: name its file root.json with --sigstore-root.`,
    )
  }
  if (!isTuf && root !== undefined)
    throw new UsageError('--sigstore-root goes with the address of a TUF repository in --sigstore.')
  if (sigstore === 'public') return { kind: 'public', cache }
  if (root === undefined) return { kind: 'file', path: resolve(sigstore) }
  const url = addressOf('sigstore', sigstore).href
  return { kind: 'tuf', url, root: resolve(root), cache }
}

/** The public issuers, and the own ones of `--issuer <provider>=<url>`. @throws UsageError, Refusal */
export function readIssuers(args: Arguments): readonly Issuer[] {
  const own = args.texts('issuer').map((text) => {
    const [, provider = '', url = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? []
    if (!PROVIDERS.some(({ id }) => id === provider)) {
      const known = PROVIDERS.map(({ id }) => id).join(', ')
      throw new UsageError(`--issuer "${text}" must be <provider>=<url>; providers are ${known}.`)
    }
    // Nothing is fetched from it, so it may be anywhere.
    return { url: parseIssuerUrl(url, true), provider, allowPrivateNetwork: true }
  })
  return [...own, ...PUBLIC_ISSUERS]
}

/** What is expected of which package. @throws UsageError, Refusal `policy_unusable` */
export async function readExpecting(
  args: Arguments,
  issuers: readonly Issuer[],
): Promise<Expecting> {
  const policy = args.text('policy')
  const run = {
    repository: args.text('repository'),
    workflow: args.text('workflow'),
    environment: args.text('environment'),
  }
  if (policy === undefined) {
    const publisher = asked(() => publisherOf(run, issuers))
    return () => (publisher === undefined ? {} : { publisher })
  }
  if (Object.values(run).some((value) => value !== undefined)) {
    throw new UsageError(
      'With --policy, repository, workflow and environment are written in the policy, for each package.',
    )
  }
  return readPolicy(await readFile(policy, 'utf8'), policy, issuers)
}

function asked<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof ExpectationError) throw new UsageError(`${error.message}.`)
    throw error
  }
}
