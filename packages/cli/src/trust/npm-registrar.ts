import { type Claims, findProvider, type RecordedPublisher } from '@trustpub/identity'
import { refuse } from './errors.ts'
import { bareName, type Configured, type Registrar } from './registrar.ts'
import type { TrustSession } from './session.ts'

/** npm's words for what a publisher may do. */
const PERMISSIONS = { publish: 'createPackage', stage: 'createStagedPackage' } as const

/** npmjs.com counts quicker changes as an attack (docs.npmjs.com, "npm trust"). */
const NPMJS_PAUSE_MS = 2000

/** Registries with npm's trust endpoint (`npm trust`, npm 11.15 and later). */
export function npmRegistrar(session: TrustSession): Registrar {
  const isNpmjs = session.host === 'registry.npmjs.org'
  const path = (name: string) => `/-/package/${bareName(name).replace('/', '%2f')}/trust`
  return {
    single: isNpmjs,
    pause: isNpmjs ? NPMJS_PAUSE_MS : 0,
    async list(name) {
      const { status, json } = await session.send('GET', path(name), name)
      if (status === 404)
        throw refuse('trust_package_missing', { package: name, host: session.host })
      if (!Array.isArray(json)) {
        throw refuse('trust_answer_unusable', { host: session.host, reason: 'it is no list' })
      }
      return json.map(toConfigured)
    },
    async add(publisher) {
      const { package: name } = publisher
      const { status } = await session.send('POST', path(name), name, [toWire(publisher)])
      if (status === 404)
        throw refuse('trust_package_missing', { package: name, host: session.host })
    },
    async remove(name, id) {
      await session.send('DELETE', `${path(name)}/${encodeURIComponent(id)}`, name)
    },
  }
}

function toWire({ provider, fields, permissions }: Omit<RecordedPublisher, 'registry'>) {
  return {
    type: provider,
    claims: findProvider(provider).npmTrust.toClaims(fields),
    permissions: permissions.map((permission) => PERMISSIONS[permission]),
  }
}

function toConfigured(entry: unknown): Configured {
  const { id, type, claims, permissions } = (entry ?? {}) as Record<string, unknown>
  const words = Array.isArray(permissions) ? permissions : []
  const base = { id: String(id), provider: String(type) }
  const granted = (['publish', 'stage'] as const).filter((one) => words.includes(PERMISSIONS[one]))
  try {
    const fields = findProvider(base.provider).npmTrust.fromClaims((claims ?? {}) as Claims)
    return { ...base, fields, permissions: granted }
  } catch {
    // A kind of CI that only the registry knows: shown by its name, never taken for the same.
    return { ...base, fields: {}, permissions: granted }
  }
}
