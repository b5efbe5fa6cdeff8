import { isDeepStrictEqual } from 'node:util'
import { type Claims, type Fields, findProvider } from '@trustpub/identity'
import { refuse } from './errors.ts'
import { bareName, type Configured, type Registrar, type Rule } from './registrar.ts'
import type { TrustSession } from './session.ts'

/** npm's words for what a publisher may do. */
const PERMISSIONS = { publish: 'createPackage', stage: 'createStagedPackage' } as const

/**
 * Registries with npm's trust endpoint (`npm trust`, npm 11.15 and later). npmjs.com lets every publisher stage (docs.npmjs.com,
 * "Trusted publishing"), and shows that although it was not asked for.
 */
export function npmRegistrar(session: TrustSession, { isNpmjs }: { isNpmjs: boolean }): Registrar {
  const { host } = session
  const pathOf = (name: string) => `/-/package/${escaped(name, host)}/trust`
  const absent = (name: string) => refuse('trust_package_missing', { package: name, host })

  async function post(name: string, wire: unknown): Promise<void> {
    const { status } = await session.send('POST', pathOf(name), name, [wire])
    if (status !== 404) return
    if (!(await exists(name))) throw absent(name)
    const reason = 'it has the package, but knows no trusted publishers'
    throw refuse('trust_answer_unusable', { host, reason })
  }

  async function exists(name: string): Promise<boolean> {
    return (await session.send('HEAD', `/${escaped(name, host)}`, name)).status !== 404
  }

  return {
    host,
    granted: isNpmjs ? ['stage'] : [],
    async list(name) {
      const { status, json } = await session.send('GET', pathOf(name), name)
      // Some registries answer so for packages that have none yet.
      if (status === 404 && (await exists(name))) return []
      if (status === 404) throw absent(name)
      if (!Array.isArray(json)) {
        throw refuse('trust_answer_unusable', { host, reason: 'it gives no list of publishers' })
      }
      return json.map(toConfigured)
    },
    async add(name, rule) {
      const fields = unsayable(rule).join(' and ')
      if (fields !== '') throw refuse('trust_unsayable', { host, fields, package: name })
      await post(name, toWire(rule))
    },
    async restore(name, { source }) {
      const { type, claims, permissions } = source as Record<string, unknown>
      await post(name, { type, claims, permissions })
    },
    async remove(name, id) {
      await session.send('DELETE', `${pathOf(name)}/${encodeURIComponent(id)}`, name)
    },
  }
}

/** As npm writes names in addresses. @throws Refusal for what would be another address */
function escaped(name: string, host: string): string {
  const bare = bareName(name)
  if (!/^(?:@[^@/]+\/)?[^@/]+$/.test(bare) || bare.split('/').some((part) => /^\.+$/.test(part))) {
    throw refuse('trust_refused', { host, package: name, reason: 'that is no name of a package' })
  }
  return encodeURIComponent(bare).replace(/^%40/, '@').replace('%2F', '%2f')
}

function toWire({ provider, fields, permissions }: Rule) {
  return {
    type: provider,
    claims: findProvider(provider).npmTrust.toClaims(fields),
    permissions: permissions.map((permission) => PERMISSIONS[permission]),
  }
}

/** What npm has no words for: it knows public issuers only, and neither refs nor called workflows. */
function unsayable({ provider, issuer, fields }: Rule): readonly string[] {
  const known = findProvider(provider)
  const { toClaims, fromClaims } = known.npmTrust
  const said = fromClaims(toClaims(fields))
  return [
    ...(issuer === undefined || issuer === known.issuer ? [] : [`issuer ${issuer}`]),
    ...Object.keys(fields).filter((field) => said[field] !== fields[field]),
  ]
}

function toConfigured(source: unknown): Configured {
  const { id, type, claims, permissions } = (source ?? {}) as Record<string, unknown>
  const words = Array.isArray(permissions) ? permissions : [PERMISSIONS.publish]
  return {
    id: String(id),
    provider: String(type),
    fields: toFields(String(type), (claims ?? {}) as Claims),
    // Those from before there were permissions may publish.
    permissions: (['publish', 'stage'] as const).filter((one) => words.includes(PERMISSIONS[one])),
    source,
  }
}

/** The fields, and by its own name each claim that is not understood: it may be a restriction. */
function toFields(type: string, claims: Claims): Fields {
  const { fields, understood } = readable(type, claims)
  const others = Object.entries(claims).filter(
    ([claim, value]) =>
      value !== null && value !== '' && !isDeepStrictEqual(value, understood[claim]),
  )
  const texts = others.map(([claim, value]) => [
    claim,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return { ...fields, ...Object.fromEntries(texts) }
}

function readable(type: string, claims: Claims): { fields: Fields; understood: Claims } {
  try {
    const { fromClaims, toClaims } = findProvider(type).npmTrust
    const fields = fromClaims(claims)
    return { fields, understood: toClaims(fields) }
  } catch {
    // A kind of CI that only the registry knows.
    return { fields: {}, understood: {} }
  }
}
