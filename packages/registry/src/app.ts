import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { KeySets, Refusal } from '@trustpub/identity'
import type { TrustSource } from '@trustpub/provenance'
import { Hono } from 'hono'
import { type Logger, pino } from 'pino'
import { mountApi } from './api/index.ts'
import { ConfigError } from './config.ts'
import type { Store } from './domain/ports.ts'
import { PublishAttester } from './domain/publish-attestations.ts'
import { ensureSigningKey } from './domain/signing-keys.ts'
import { TrustRoots } from './domain/trust-roots.ts'
import { refuse } from './errors.ts'
import { answerRefusal } from './http/answer.ts'
import type { App, AppEnv } from './http/app-types.ts'
import { drainBody } from './http/body.ts'
import { isWellFormed, routedPath } from './http/paths.ts'
import { startJobs } from './jobs.ts'
import { redact } from './log.ts'
import { PROTOCOLS } from './protocols/index.ts'
import type { Registry, RegistryConfig } from './registry.ts'
import { BLOB_STORES } from './storage/blobs/index.ts'
import { DATABASES } from './storage/databases/index.ts'
import { openStorage } from './storage/storage.ts'

/** What a request may have besides its file: the publish document of npm, the form of PyPI. */
const DOCUMENT_BYTES = 16 * 1024 * 1024

/** An open registry: the app that answers requests, and what it stands on. */
export interface OpenRegistry extends Registry {
  readonly app: App
  /** Stops background work and closes the store. Stop listening first. */
  readonly close: () => Promise<void>
}

/** Opens the stores that `config` names and puts the app together. The only place that names concrete parts. */
export async function openRegistry(
  config: RegistryConfig,
  options: { readonly log?: Logger; readonly now?: () => Date; readonly keys?: KeySets } = {},
): Promise<OpenRegistry> {
  const openBlobs = openerOf('blob store', BLOB_STORES, config.blobs)
  const openDatabase = openerOf('database', DATABASES, config.database)
  await requireRoots(config.sigstore)
  const now = options.now ?? (() => new Date())
  const log = options.log ?? pino({ level: 'silent' })
  const storage = await openStorage(await openBlobs(config.blobs), () =>
    openDatabase(config.database),
  )
  const registry: Registry = {
    config,
    ...storage,
    keys: options.keys ?? new KeySets({ now: () => now().getTime() }),
    roots: new TrustRoots(config.sigstore, now),
    attester: attesterOf(config, storage.store, log),
    log,
    now,
  }
  await ensureSigningKey(registry.store, now())
  const stopJobs = startJobs(registry)
  return {
    ...registry,
    app: createApp(registry),
    close: async () => {
      await stopJobs()
      await registry.store.close()
    },
  }
}

function attesterOf(
  { transparencyLog, publicUrl }: RegistryConfig,
  store: Store,
  log: Logger,
): PublishAttester | undefined {
  if (transparencyLog === undefined) return undefined
  const failed = (error: unknown) =>
    log.error(
      { error: String(error) },
      'a publish attestation was not logged; it will be tried again',
    )
  return new PublishAttester({ store, log: transparencyLog, registry: publicUrl, failed })
}

/** Said at the start, and not when the first attestation arrives. @throws ConfigError */
async function requireRoots(source: TrustSource): Promise<void> {
  if (source.kind === 'public') return
  const file = source.kind === 'file' ? source.path : source.root
  await access(file).catch((error: Error) => {
    throw new ConfigError(`The roots of Sigstore cannot be read: ${error.message}`)
  })
}

/** What opens a store at this URL. @throws ConfigError */
function openerOf<Open>(what: string, known: Readonly<Record<string, Open>>, url: URL): Open {
  const open = known[url.protocol]
  if (open !== undefined) return open
  const schemes = Object.keys(known).join(' or ')
  throw new ConfigError(
    `There is no ${what} for ${url.protocol}//. Write a path, or a URL that begins with ${schemes}.`,
  )
}

function createApp(registry: Registry): App {
  const app: App = new Hono<AppEnv>({ getPath: routedPath })
  app.use(drainBody(2 * registry.config.maxFileSize + DOCUMENT_BYTES))
  app.use(async (c, next) => {
    const started = performance.now()
    c.set('requestId', randomUUID())
    if (!isWellFormed(c.req.path)) throw refuse('path_malformed', {})
    await next()
    const refusal = c.get('refusal')
    registry.log.info({
      id: c.get('requestId'),
      method: c.req.method,
      path: redact(c.req.path),
      status: c.res.status,
      ms: Math.round(performance.now() - started),
      code: refusal?.code,
      reason: refusal && redact(refusal.message),
    })
  })
  mountApi(app, registry)
  for (const protocol of PROTOCOLS) protocol.mount(app, registry)

  app.notFound((c) => answerRefusal(c, refuse('not_found', { path: redact(c.req.path) })))
  app.onError((error, c) => {
    if (error instanceof Refusal) return answerRefusal(c, error)
    const id = c.get('requestId')
    if (c.env?.incoming?.errored) registry.log.info({ id }, 'the client went away')
    else registry.log.error({ id, error: redact(error.stack ?? '') }, 'unexpected error')
    return answerRefusal(c, refuse('unexpected', { id }))
  })
  return app
}
