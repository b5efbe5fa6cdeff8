import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { RegistryKey } from '../verify.ts'
import type { VerifyIdToken } from './authority.ts'
import { refuse } from './errors.ts'
import { type ServiceAnswer, Services } from './services.ts'
import type { TrustedRootJson } from './trusted-root.ts'

const HOST = '127.0.0.1'

/** Statements are of some tens of kilobytes; an envelope carries them in base64 twice at most. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024

/** The hosts of the public Sigstore that its clients have built in, to be led here by whoever knows how. */
export const SIGSTORE_HOSTS: readonly string[] = [
  'fulcio.sigstore.dev',
  'rekor.sigstore.dev',
  'timestamp.sigstore.dev',
  'tuf-repo-cdn.sigstore.dev',
]

/** A private Sigstore that answers on loopback. */
export interface PrivateSigstore {
  /** For the addresses of all services and of the TUF repository, e.g. `http://127.0.0.1:40123`. */
  readonly url: string
  /** The port of the same under TLS; undefined where no certificate was given. */
  readonly securePort: number | undefined
  /** What verifiers have to trust: the content of a trusted-root file. */
  readonly trustedRoot: TrustedRootJson
  /** The first root of the TUF repository, which its clients need beforehand. */
  readonly tufRoot: Buffer
  /** Makes a registry's signing keys known where npm looks first; `keys` are those of its `/-/npm/v1/keys`. */
  readonly publishRegistryKeys: (registry: string, keys: readonly RegistryKey[]) => void
  /** How many entries clients have added to the transparency log. */
  readonly logged: () => number
  readonly close: () => Promise<void>
}

export interface StartOptions {
  readonly verifyIdToken: VerifyIdToken
  /** Key and certificate in PEM for the hosts that clients believe to reach. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** @default the clock of this machine */
  readonly now?: () => Date
}

/** Starts a private Sigstore with new keys on free ports of 127.0.0.1. */
export async function startPrivateSigstore(options: StartOptions): Promise<PrivateSigstore> {
  let services: Services | undefined
  const listener: RequestListener = (request, response) => {
    answer(request, services as Services).then(
      ({ status, contentType, body, location }) => {
        const more = location === undefined ? {} : { location }
        response.writeHead(status, { 'content-type': contentType, ...more }).end(body)
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }
  const plain = createServer(listener)
  const url = `http://${HOST}:${await listen(plain)}`
  services = new Services({ ...options, url })
  const secure = options.tls && createTlsServer(options.tls, listener)
  const securePort = secure && (await listen(secure))
  const { tuf, log, trustedRoot } = services
  return {
    url,
    securePort,
    trustedRoot,
    tufRoot: tuf.root,
    publishRegistryKeys: (registry, keys) =>
      tuf.publish({ [keysTarget(registry)]: { keys: keys.map(asTarget) } }),
    logged: () => log.added,
    close: async () => {
      for (const server of [plain, secure]) if (server !== undefined) await stop(server)
    },
  }
}

async function answer(request: IncomingMessage, services: Services): Promise<ServiceAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // The rest is read and dropped: a connection that is cut would hide the answer.
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk)
  }
  if (size > MAX_REQUEST_BYTES) {
    const { code, status, message } = refuse('request_too_large', { limit: MAX_REQUEST_BYTES })
    return { status, contentType: 'application/json', body: JSON.stringify({ code, message }) }
  }
  return services.answer({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    contentType: request.headers['content-type'] ?? '',
    authorization: request.headers.authorization ?? '',
    body: Buffer.concat(chunks),
  })
}

/** Where npm looks for a registry's keys: host, port and path, without a slash at the end. */
function keysTarget(registry: string): string {
  const { host, pathname } = new URL(registry)
  return `${host}${pathname.replace(/\/$/, '')}/keys.json`
}

function asTarget({ keyid, key, expires }: RegistryKey) {
  const validFor = {
    start: new Date(0).toISOString(),
    ...(expires === null ? {} : { end: expires }),
  }
  const publicKey = { rawBytes: key, keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor }
  return { keyId: keyid, keyUsage: 'npm:signatures', publicKey }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, resolve)
  })
  return (server.address() as AddressInfo).port
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
