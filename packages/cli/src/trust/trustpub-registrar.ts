import type { Fields } from '@trustpub/identity'
import { refuse } from './errors.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { TrustSession } from './session.ts'

const PUBLISHERS = '/-/api/v1/publishers'

/** A registry that `trustpub serve` runs. Its own API has words for every field, and for Python packages. */
export function trustpubRegistrar(session: TrustSession): Registrar {
  const { host } = session

  async function post(name: string, body: unknown): Promise<void> {
    const { status, reason } = await session.send('POST', PUBLISHERS, name, body)
    if (status === 404) throw refuse('trust_answer_unusable', { host, reason })
  }

  return {
    host,
    granted: [],
    async list(name) {
      const query = new URLSearchParams({ package: name })
      const { json } = await session.send('GET', `${PUBLISHERS}?${query}`, name)
      const { publishers } = (json ?? {}) as { publishers?: unknown }
      if (!Array.isArray(publishers)) {
        throw refuse('trust_answer_unusable', { host, reason: 'it gives no list of publishers' })
      }
      return publishers.map(toConfigured)
    },
    async add(name, { provider, issuer, fields, permissions }) {
      const body = { provider, fields, permissions, packages: [name], ...(issuer && { issuer }) }
      await post(name, body)
    },
    async restore(name, { source }) {
      const { provider, issuer, fields, permissions, pins } = source as Record<string, unknown>
      const body = { provider, issuer, fields, permissions, pins, packages: [name] }
      await post(name, body)
    },
    async remove(name, id) {
      const query = new URLSearchParams({ package: name })
      await session.send('DELETE', `${PUBLISHERS}/${encodeURIComponent(id)}?${query}`, name)
    },
  }
}

function toConfigured(source: unknown): Configured {
  const { id, provider, issuer, fields, permissions } = (source ?? {}) as Record<string, unknown>
  const words = Array.isArray(permissions) ? permissions : []
  return {
    id: String(id),
    provider: String(provider),
    ...(typeof issuer === 'string' && { issuer }),
    fields: (fields ?? {}) as Fields,
    permissions: (['publish', 'stage'] as const).filter((one) => words.includes(one)),
    source,
  }
}
