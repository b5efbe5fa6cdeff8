import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Bound,
  bind,
  ConfigError,
  openRegistry,
  prepareSetUp,
  type RegistryConfig,
  readConfig,
  type ServeSettings,
  selfSigned,
  type Tls,
  withEnvironment,
} from '@trustpub/registry'
import { type Arguments, type Command, type ExitStatus, UsageError } from '../command.ts'
import { MissingTool } from '../tools/missing.ts'
import { requestLog } from '../ui/request-log.ts'
import type { Ui } from '../ui/ui.ts'

const DEFAULT_PORT = 4873
const DEFAULT_DATA = 'trustpub-data'

/** `trustpub serve` */
export const command: Command = {
  synopsis: 'serve [options]',
  description: `Runs a registry for npm and Python packages. CI publishes to it with ID tokens instead of stored ones; every
refusal says what to change. Everything is kept in one folder. The first start prints a one-time set-up token.
Each option but --quiet and --json can also be set in the environment: --public-url as TRUSTPUB_PUBLIC_URL,
--trusted-only as TRUSTPUB_TRUSTED_ONLY=true, and so on.`,
  options: {
    host: { type: 'string', value: '<address>', help: 'where to listen (default 127.0.0.1)' },
    port: {
      type: 'string',
      value: '<number>',
      help: `the port (default ${DEFAULT_PORT}; 0 takes any)`,
    },
    data: {
      type: 'string',
      value: '<folder>',
      help: `where everything is kept (default ./${DEFAULT_DATA})`,
    },
    'public-url': {
      type: 'string',
      value: '<url>',
      help: 'the address that clients use, without a path',
    },
    tls: {
      type: 'string',
      value: 'self-signed',
      help: 'serve https with a certificate made on first use',
    },
    'tls-cert': {
      type: 'string',
      value: '<file>',
      help: 'serve https with this certificate chain (PEM); needs --tls-key',
    },
    'tls-key': { type: 'string', value: '<file>', help: 'the key of that certificate (PEM)' },
    'trusted-only': { type: 'boolean', help: 'refuse publishes with tokens of accounts' },
    'new-packages': {
      type: 'string',
      value: 'restricted|public',
      help: 'who may read new packages (default restricted)',
    },
    'npm-audience': {
      type: 'string',
      value: '<text,…>',
      help: 'audiences of ID tokens for npm (default npm:<host>)',
    },
    'pypi-audience': {
      type: 'string',
      value: '<text,…>',
      help: 'audiences of ID tokens for Python (default <host>)',
    },
    'no-public-issuers': {
      type: 'boolean',
      help: 'accept registered issuers only, not the public ones such as GitHub.com',
    },
    'max-file-size': {
      type: 'string',
      value: '<size>',
      help: 'the largest file that is taken (default 250 MB)',
    },
    sigstore: {
      type: 'string',
      value: 'public|<file>|<url>',
      help: 'whose attestations are taken: the public Sigstore (default), that of a trusted-root file, or of a TUF repository',
    },
    'sigstore-root': {
      type: 'string',
      value: '<file>',
      help: 'the first root.json of that TUF repository',
    },
    'transparency-log': {
      type: 'string',
      value: '<url>',
      help: 'attest versions that come with provenance, and log it there (Rekor)',
    },
    database: {
      type: 'string',
      value: '<file>',
      help: 'the database (default registry.db in the data folder)',
    },
    blobs: {
      type: 'string',
      value: '<folder>',
      help: 'the published files (default blobs in the data folder)',
    },
    quiet: { type: 'boolean', help: 'do not log requests' },
  },
  examples: [
    ['trustpub serve', 'try it: http://localhost:4873, data in ./trustpub-data'],
    ['trustpub serve --tls self-signed --port 8443', 'https, as uv insists on'],
    [
      'trustpub serve --host 0.0.0.0 --public-url https://packages.example.com --trusted-only',
      'behind a load balancer that ends TLS',
    ],
  ],
  run,
}

async function run(args: Arguments, ui: Ui): Promise<ExitStatus> {
  if (args.positionals.length > 0)
    throw new UsageError(`serve takes no argument: ${args.positionals[0]}`)
  try {
    await serve(args, ui)
    return 0
  } catch (error) {
    // Also from the environment, or from a place that nothing can open: it is the operator's to correct.
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}

async function serve(args: Arguments, ui: Ui): Promise<void> {
  const host = settingOf(args, 'host') ?? '127.0.0.1'
  const port = readPort(settingOf(args, 'port'))
  const settings = withEnvironment(settingsOf(args), process.env)
  const tls = await readTls(args, settings.data ?? DEFAULT_DATA, host)
  const bound = await bindOrExplain({ host, port, ...(tls === undefined ? {} : { tls }) })
  const scheme = tls === undefined ? 'http' : 'https'
  const name = host === '127.0.0.1' ? 'localhost' : host
  try {
    const config = readConfig(settings, `${scheme}://${name}:${bound.port}`)
    await serveUntilInterrupted(bound, config, settings.setUpToken, args, ui)
  } finally {
    // Also after a failure: a port that is taken would keep the process alive.
    await bound.close()
  }
}

/** What only concerns listening; the registry reads its own settings from the environment. */
function settingOf(args: Arguments, option: string): string | undefined {
  const variable = `TRUSTPUB_${option.replaceAll('-', '_').toUpperCase()}`
  return args.text(option) ?? (process.env[variable] || undefined)
}

async function serveUntilInterrupted(
  bound: Bound,
  config: RegistryConfig,
  chosenToken: string | undefined,
  args: Arguments,
  ui: Ui,
): Promise<void> {
  const registry = await openRegistry(config, { log: requestLog(ui, args.flag('quiet')) })
  const setUpToken = await prepareSetUp(registry.store, chosenToken)
  bound.serve(registry.app)
  announce(ui, args, config.publicUrl.origin, chosenToken === undefined ? setUpToken : undefined)

  await ui.interrupted()
  ui.progress('Stopping: no new requests, running ones may end.')
  await bound.close()
  await registry.close()
}

function settingsOf(args: Arguments): ServeSettings {
  const texts = {
    data: args.text('data'),
    database: args.text('database'),
    blobs: args.text('blobs'),
    publicUrl: args.text('public-url'),
    npmAudience: args.text('npm-audience'),
    pypiAudience: args.text('pypi-audience'),
    newPackages: args.text('new-packages'),
    maxFileSize: args.text('max-file-size'),
    sigstore: args.text('sigstore'),
    sigstoreRoot: args.text('sigstore-root'),
    transparencyLog: args.text('transparency-log'),
    trustedOnly: args.flag('trusted-only') || undefined,
    noPublicIssuers: args.flag('no-public-issuers') || undefined,
  }
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined))
}

async function bindOrExplain(address: Parameters<typeof bind>[0]): Promise<Bound> {
  try {
    return await bind(address)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const at = `${address.host}:${address.port}`
    if (code === 'EADDRINUSE')
      throw new MissingTool(`${at} is in use by another program; choose another --port.`)
    throw new MissingTool(
      `Cannot listen on ${at}: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new UsageError(`--port must be a number up to 65535, not "${text}".`)
}

async function readTls(args: Arguments, data: string, host: string): Promise<Tls | undefined> {
  const [mode, cert, key] = ['tls', 'tls-cert', 'tls-key'].map((option) => settingOf(args, option))
  if (mode !== undefined && mode !== 'self-signed') {
    throw new UsageError(
      `--tls can only be "self-signed"; for a certificate of yours use --tls-cert and --tls-key.`,
    )
  }
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--tls-cert and --tls-key go together; give both.')
  if (cert !== undefined && key !== undefined) {
    return { cert: await readPem('--tls-cert', cert), key: await readPem('--tls-key', key) }
  }
  if (mode === undefined) return undefined
  return selfSigned(join(data, 'tls'), [...new Set(['localhost', '127.0.0.1', host])])
}

async function readPem(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(
      `The file of ${option} cannot be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}

/** What a person, or a script with `--json`, needs to go on. */
function announce(ui: Ui, args: Arguments, origin: string, setUpToken: string | undefined): void {
  if (args.flag('json')) {
    ui.printJson({ url: origin, ...(setUpToken === undefined ? {} : { setUpToken }) })
    return
  }
  ui.print(`trustpub registry at ${ui.colour.bold(origin)}`)
  ui.print(`  npm     registry=${origin}/`)
  ui.print(`  Python  index ${origin}/simple/   upload ${origin}/legacy/`)
  ui.print(`  API     ${origin}/-/api/openapi.json`)
  if (setUpToken === undefined) return
  ui.print()
  ui.print('There is no account yet. This makes the first administrator and prints its API token:')
  ui.print(
    `  curl -X POST ${origin}/-/api/v1/set-up -H 'authorization: Bearer ${setUpToken}' -H 'content-type: application/json' -d '{"account":"admin"}'`,
  )
}
