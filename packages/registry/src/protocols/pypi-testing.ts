import { createHash } from 'node:crypto'
import type { Claims } from '@trustpub/identity'
import type { DevelopmentIssuer } from '@trustpub/identity/testing'
import { tarGzOf } from '../archives/testing.ts'
import { zipOf } from '../archives/testing-zip.ts'
import type { Account, StoredPublisher, TokenPermission } from '../domain/model.ts'
import type { RegistryConfig } from '../registry.ts'
import { claimsOf, HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'

/** The audience that registries in tests ask for. */
export const AUDIENCE: string = HOST

/** The files of a distribution under test. */
export interface TestDistribution {
  readonly filename: string
  readonly bytes: Buffer
}

/** METADATA or PKG-INFO with these further header lines. */
export function metadataOf(name: string, version: string, more: readonly string[] = []): string {
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...more]
  return `${lines.join('\n')}\n\nAbout ${name}.\n`
}

/** A wheel; `more` are lines of its METADATA. */
export function wheelOf(
  name: string,
  version: string,
  more: readonly string[] = [],
): TestDistribution {
  const stem = `${name.replace(/[-_.]+/g, '_').toLowerCase()}-${version}`
  const bytes = zipOf([
    { path: `${stem}.dist-info/METADATA`, body: metadataOf(name, version, more) },
    { path: `${stem}.dist-info/WHEEL`, body: 'Wheel-Version: 1.0\n' },
    { path: `${stem}.dist-info/RECORD`, body: '' },
  ])
  return { filename: `${stem}-py3-none-any.whl`, bytes }
}

/** An sdist with a PKG-INFO. */
export async function sdistOf(name: string, version: string): Promise<TestDistribution> {
  const stem = `${name.replace(/[-_.]+/g, '_').toLowerCase()}-${version}`
  const bytes = await tarGzOf([[`${stem}/PKG-INFO`, metadataOf(name, version)]])
  return { filename: `${stem}.tar.gz`, bytes }
}

/** A form as twine sends it; a field that is undefined is left out. */
export function uploadForm(
  name: string,
  version: string,
  { filename, bytes }: TestDistribution,
  fields: Readonly<Record<string, string | undefined>> = {},
): FormData {
  const form = new FormData()
  const all = {
    ':action': 'file_upload',
    protocol_version: '1',
    name,
    version,
    sha256_digest: createHash('sha256').update(bytes).digest('hex'),
    ...fields,
  }
  for (const [field, value] of Object.entries(all)) {
    if (value !== undefined) form.append(field, value)
  }
  form.append('content', new Blob([new Uint8Array(bytes)]), filename)
  return form
}

/** A registry with an owner for everything, asked as PyPI's clients ask. */
export interface TestRegistry extends Omit<TemporaryRegistry, 'request' | 'token'> {
  readonly owner: Account
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  /** An API token of the owner. */
  readonly token: (permissions?: readonly TokenPermission[]) => Promise<string>
  /** A publisher for acme/widget, release.yml, with these packages pending. */
  readonly publisher: (...packages: readonly string[]) => Promise<StoredPublisher>
  readonly idToken: (changes?: Claims) => Promise<string>
  readonly mint: (idToken: string) => Promise<Response>
  /** An API token by exchange. */
  readonly minted: () => Promise<string>
  readonly upload: (form: FormData, token?: string) => Promise<Response>
}

/** Opens one that trusts the issuer; `close` also removes the folder. */
export async function openTestRegistry(
  issuer: DevelopmentIssuer,
  change: Partial<RegistryConfig> = {},
): Promise<TestRegistry> {
  const registry = await openTemporaryRegistry(change)
  const { store, app, alice: owner } = registry
  await store.issuers.create({ url: issuer.url, provider: 'github', allowPrivateNetwork: true })

  const request = async (path: string, init?: RequestInit) =>
    app.fetch(new Request(`https://${AUDIENCE}${path}`, init))
  const idToken = (changes: Claims = {}) =>
    issuer.sign(claimsOf({ issuer: issuer.url }, changes), AUDIENCE)
  const mint = (token: string) =>
    request('/_/oidc/mint-token', { method: 'POST', body: JSON.stringify({ token }) })

  return {
    ...registry,
    owner,
    request,
    idToken,
    mint,
    token: (permissions = ['read', 'publish']) => registry.token(owner, ...permissions),
    publisher: (...packages) =>
      registry.trust(
        owner,
        packages.map((name) => `pypi:${name}`),
        { issuer: issuer.url },
      ),
    minted: async () => {
      const { token } = (await (await mint(await idToken())).json()) as { token: string }
      return token
    },
    upload: (form, token) =>
      request('/legacy/', {
        method: 'POST',
        body: form,
        ...(token === undefined ? {} : { headers: basic(token) }),
      }),
  }
}

/** The header that twine and pip send for a token. */
export function basic(token: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}` }
}

/** The code of a refusal, where PyPI's clients look for it. */
export async function codeOf(answer: Response): Promise<string | undefined> {
  return ((await answer.json()) as { errors: { code: string }[] }).errors[0]?.code
}
