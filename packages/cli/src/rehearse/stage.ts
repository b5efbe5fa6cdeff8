import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findProvider, KeySets, type RecordedPublisher } from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import type { RegistryKey } from '@trustpub/provenance'
import { SIGSTORE_HOSTS } from '@trustpub/provenance/private'
import {
  type Bound,
  bind,
  createPublisher,
  issueAccountToken,
  type OpenRegistry,
  openRegistry,
  parsePackageReference,
  readConfig,
  selfSigned,
} from '@trustpub/registry'
import { type Logger, pino } from 'pino'
import { startHostProxy } from './host-proxy.ts'
import { openSigstore, type StageSigstore } from './stage-sigstore.ts'
import type { Workspace } from './workspace.ts'

const HOST = '127.0.0.1'

/** twine exchanges ID tokens for these hosts only; the last one it asks which files exist. */
export const PYPI_HOSTS: readonly string[] = [
  'upload.pypi.org',
  'test.pypi.org',
  'pypi.org',
  'pypi.python.org',
]

/** Everything a release meets: the CI's issuer and the registry, both on loopback with throw-away state. */
export interface Stage {
  readonly issuer: DevelopmentIssuer
  readonly registry: OpenRegistry
  /** For npm's clients and pip. */
  readonly url: string
  /** For twine and uv, which insist on https. */
  readonly secureUrl: string
  /** What the rehearsal signs and verifies with, in place of the public Sigstore. */
  readonly sigstore: StageSigstore
  /**
   * Variables for clients: a proxy leads PyPI's own hosts to `secureUrl`, those of the public Sigstore to `sigstore`, and
   * every other host nowhere.
   */
  readonly closedNetwork: Readonly<Record<string, string>>
  /** The certificate of `secureUrl` and of all hosts behind the proxy, to be trusted by clients. */
  readonly certificateFile: string
  /** An API token that may read packages, for the installation at the end. */
  readonly readToken: string
  /** A declared audience as it must be here: that of the real npm registry becomes that of this one. */
  readonly localAudience: (declared: string) => string
  /** Whether readers of packages that are not here are sent to where this machine gets its packages; at first not. */
  readonly leadElsewhere: (on: boolean) => void
  /** What the registry has refused so far, oldest first. */
  readonly refused: readonly Refused[]
  readonly close: () => Promise<void>
}

/** A request that the registry refused. */
export interface Refused {
  readonly path: string
  readonly code: string
  readonly reason: string
}

export interface StageOptions {
  readonly provider: string
  readonly publishers: readonly RecordedPublisher[]
  /** The audiences that the real registries ask for; loopback ones are accepted as well. */
  readonly audiences: { readonly npm: string; readonly pypi: string }
  /** Where this machine gets the packages that the rehearsed ones depend on. */
  readonly upstreams: { readonly npm: URL; readonly pypi: URL }
}

/** Opens issuer and registry, and registers the recorded publishers for packages that do not exist yet. */
export async function openStage(workspace: Workspace, options: StageOptions): Promise<Stage> {
  const state = await workspace.emptyFolder(`registry-${randomUUID()}`)
  const provider = findProvider(options.provider)
  const issuer = await startDevelopmentIssuer({ issuer: provider.issuer })
  const hosts = [HOST, 'localhost', ...PYPI_HOSTS, ...SIGSTORE_HOSTS]
  const tls = await selfSigned(join(state, 'tls'), hosts)
  const plain = await bind({ host: HOST, port: 0 })
  const secure = await bind({ host: HOST, port: 0, tls })
  const sigstore = await openSigstore(join(state, 'sigstore'), { issuer, provider, tls })
  const ports = [...PYPI_HOSTS.map((host) => [host, secure.port] as const), ...sigstore.ports]
  const proxy = await startHostProxy(new Map(ports))
  const url = `http://${HOST}:${plain.port}`
  const certificateFile = join(state, 'tls', 'certificate.pem')
  const refused: Refused[] = []
  // Only for installing: a client that looks whether its version exists is to learn what is here.
  const upstreams: { npm?: URL; pypi?: URL } = {}
  let registry: OpenRegistry | undefined
  const close = () => closeAll([proxy, plain, secure, sigstore], registry, issuer)
  try {
    registry = await openRehearsalRegistry(state, url, issuer, refused, {
      ...options,
      upstreams,
      sigstore,
    })
    const readToken = await registerPublishers(registry, options.publishers)
    sigstore.publishRegistryKeys(`${url}/`, (await registry.store.signingKeys.list()).map(asListed))
    for (const bound of [plain, secure]) bound.serve(registry.app)
    return {
      issuer,
      registry,
      url,
      secureUrl: `https://${HOST}:${secure.port}`,
      sigstore,
      closedNetwork: { ...proxyVariables(proxy.url), NODE_EXTRA_CA_CERTS: certificateFile },
      certificateFile,
      readToken,
      refused,
      leadElsewhere: (on) => {
        if (on) Object.assign(upstreams, options.upstreams)
        else for (const each of ['npm', 'pypi'] as const) delete upstreams[each]
      },
      localAudience: (declared) => (declared === options.audiences.npm ? `npm:${HOST}` : declared),
      close,
    }
  } catch (error) {
    // Ports that are taken would keep the process alive.
    await close()
    throw error
  }
}

function openRehearsalRegistry(
  state: string,
  url: string,
  issuer: DevelopmentIssuer,
  refused: Refused[],
  {
    audiences,
    upstreams,
    sigstore,
  }: Pick<StageOptions, 'audiences'> & {
    readonly upstreams: Partial<StageOptions['upstreams']>
    readonly sigstore: StageSigstore
  },
): Promise<OpenRegistry> {
  const config = readConfig({ data: state, pypiAudience: audiences.pypi, trustedOnly: true }, url)
  return openRegistry(
    {
      ...config,
      blobs: pathToFileURL(join(state, 'blobs')),
      audiences: { ...config.audiences, npm: [audiences.npm, ...config.audiences.npm] },
      upstreams,
      sigstore: { kind: 'file', path: sigstore.trustFile },
      transparencyLog: new URL(sigstore.url),
    },
    // Only the rehearsal's issuer is known, under the name of the real one.
    { keys: new KeySets({ fetch: issuer.fetchJson }), log: collectRefused(refused) },
  )
}

function collectRefused(refused: Refused[]): Logger {
  const write = (json: string) => {
    const { path, code, reason } = JSON.parse(json) as Partial<Refused>
    if (path !== undefined && code !== undefined) refused.push({ path, code, reason: reason ?? '' })
  }
  return pino({ level: 'info', base: null }, { write })
}

type SigningKey = Awaited<ReturnType<OpenRegistry['store']['signingKeys']['list']>>[number]

function asListed({ keyid, publicKey, expiresAt }: SigningKey): RegistryKey {
  return { keyid, key: publicKey, expires: expiresAt ?? null }
}

/** The spellings that npm, pnpm, yarn, twine and uv look for. */
function proxyVariables(url: string): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']
  // yarn reads its own setting only and has no exceptions for loopback, which is plain http here.
  return Object.fromEntries([...names, 'YARN_HTTPS_PROXY'].map((name) => [name, url]))
}

async function registerPublishers(
  { store }: OpenRegistry,
  publishers: readonly RecordedPublisher[],
): Promise<string> {
  const owner = await store.accounts.create('rehearsal', 'admin')
  for (const { package: name, provider, fields, permissions } of publishers) {
    await createPublisher({ store, publicIssuers: true }, owner, {
      provider,
      fields,
      packages: [parsePackageReference(name)],
      permissions,
    })
  }
  const options = { description: 'install what was published', permissions: ['read'] as const }
  return (await issueAccountToken(store, owner.id, options)).text
}

async function closeAll(
  bound: readonly Pick<Bound, 'close'>[],
  registry: OpenRegistry | undefined,
  issuer: DevelopmentIssuer,
): Promise<void> {
  for (const each of bound) await each.close()
  await registry?.close()
  await issuer.close()
}
