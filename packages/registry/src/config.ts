import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TrustSource } from '@trustpub/provenance'
import type { Visibility } from './domain/model.ts'
import type { RegistryConfig } from './registry.ts'

/** 250 MB: npm's and PyPI's own limits are below. */
const DEFAULT_MAX_FILE_SIZE = 250 * 1024 * 1024

/** Everything about a server that can be set. Each setting is a flag, or `TRUSTPUB_<NAME>` in the environment. */
export interface ServeSettings {
  readonly data?: string
  readonly database?: string
  readonly blobs?: string
  readonly publicUrl?: string
  readonly npmAudience?: string
  readonly pypiAudience?: string
  readonly trustedOnly?: boolean
  readonly newPackages?: string
  readonly noPublicIssuers?: boolean
  readonly maxFileSize?: string
  readonly sigstore?: string
  readonly sigstoreRoot?: string
  readonly transparencyLog?: string
  readonly setUpToken?: string
}

/** A setting that cannot be used; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Adds what the environment says to the flags. Flags win. The only reader of the environment. @throws ConfigError */
export function withEnvironment(
  flags: ServeSettings,
  env: Readonly<Record<string, string | undefined>>,
): ServeSettings {
  const text = (name: string) => {
    const value = env[`TRUSTPUB_${name}`]
    return value === undefined || value === '' ? undefined : value
  }
  // Anything else is an error: whoever writes 1 or yes means it, and must not get an open registry.
  const flag = (name: string) => {
    const value = text(name)
    if (value === undefined) return undefined
    if (value === 'true' || value === 'false') return value === 'true'
    throw new ConfigError(`TRUSTPUB_${name} is "${value}"; write true or false.`)
  }
  const settings: Record<string, unknown> = {
    data: text('DATA'),
    database: text('DATABASE'),
    blobs: text('BLOBS'),
    publicUrl: text('PUBLIC_URL'),
    npmAudience: text('NPM_AUDIENCE'),
    pypiAudience: text('PYPI_AUDIENCE'),
    trustedOnly: flag('TRUSTED_ONLY'),
    newPackages: text('NEW_PACKAGES'),
    noPublicIssuers: flag('NO_PUBLIC_ISSUERS'),
    maxFileSize: text('MAX_FILE_SIZE'),
    sigstore: text('SIGSTORE'),
    sigstoreRoot: text('SIGSTORE_ROOT'),
    transparencyLog: text('TRANSPARENCY_LOG'),
    setUpToken: text('SETUP_TOKEN'),
  }
  const given = Object.entries({ ...settings, ...flags }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

/**
 * Makes the configuration of a registry from its settings.
 * @param defaultUrl the address to assume where none is set
 * @throws ConfigError
 */
export function readConfig(settings: ServeSettings, defaultUrl: string): RegistryConfig {
  const data = resolve(settings.data ?? 'trustpub-data')
  const publicUrl = parsePublicUrl(settings.publicUrl ?? defaultUrl)
  const { hostname, host } = publicUrl
  return {
    database: parseLocation('database', settings.database, `${data}/registry.db`),
    blobs: parseLocation('blobs', settings.blobs, `${data}/blobs`),
    publicUrl,
    audiences: {
      // npm and pnpm ask for npm: and the host name, yarn adds the port.
      npm: parseAudiences('npm', settings.npmAudience) ?? [
        ...new Set([`npm:${hostname}`, `npm:${host}`]),
      ],
      pypi: parseAudiences('PyPI', settings.pypiAudience) ?? [hostname],
    },
    policy: {
      trustedOnly: settings.trustedOnly ?? false,
      newPackages: parseVisibility(settings.newPackages ?? 'restricted'),
    },
    publicIssuers: settings.noPublicIssuers !== true,
    maxFileSize: parseSize(settings.maxFileSize),
    sigstore: parseSigstore(settings, `${data}/sigstore`),
    ...(settings.transparencyLog === undefined
      ? {}
      : { transparencyLog: parseHttp('transparency log', settings.transparencyLog) }),
    upstreams: {},
  }
}

function parsePublicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== ''
  ) {
    throw new ConfigError(
      `The public URL "${text}" cannot be used: write https://host, without a path, because npm sends exchanges to the root of the host.`,
    )
  }
  return url
}

function parseAudiences(protocol: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const items = text.split(',').map((item) => item.trim())
  const audiences = items.filter((item) => item !== '')
  if (audiences.length > 0) return audiences
  throw new ConfigError(`The list of audiences for ${protocol} is empty, so nobody could publish.`)
}

function parseLocation(name: string, text: string | undefined, fallback: string): URL {
  if (text === undefined) return pathToFileURL(fallback)
  if (URL.canParse(text)) return new URL(text)
  if (text.includes('://')) throw new ConfigError(`The ${name} "${text}" is not a URL.`)
  return pathToFileURL(resolve(text))
}

/** `public`, the address of a TUF repository, or a file. */
function parseSigstore(
  { sigstore = 'public', sigstoreRoot }: ServeSettings,
  cache: string,
): TrustSource {
  const isTuf = /^https?:/.test(sigstore)
  if (isTuf !== (sigstoreRoot !== undefined)) {
    throw new ConfigError(
      isTuf
        ? `The Sigstore at ${sigstore} needs a first root to begin with: name its file root.json with --sigstore-root.`
        : '--sigstore-root goes with the URL of a TUF repository in --sigstore.',
    )
  }
  if (sigstore === 'public') return { kind: 'public', cache }
  if (sigstoreRoot === undefined) return { kind: 'file', path: resolve(sigstore) }
  const url = parseHttp('Sigstore', sigstore).href
  return { kind: 'tuf', url, root: resolve(sigstoreRoot), cache }
}

function parseHttp(what: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new ConfigError(`The address of the ${what} "${text}" cannot be used: write https://host.`)
}

function parseVisibility(text: string): Visibility {
  if (text === 'public' || text === 'restricted') return text
  throw new ConfigError(`New packages can be "restricted" or "public", not "${text}".`)
}

function parseSize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MAX_FILE_SIZE
  const [, digits, unit = ''] = /^(\d{1,6}) ?(|KB|MB|GB)$/i.exec(text.trim()) ?? []
  const factor = { '': 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[unit.toUpperCase()]
  if (digits === undefined || factor === undefined) {
    throw new ConfigError(
      `The largest file size "${text}" cannot be used: write for example 250 MB.`,
    )
  }
  return Number(digits) * factor
}
