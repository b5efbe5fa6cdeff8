import type { Fields } from '@trustpub/identity'
import { refuse } from './errors.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { TrustSession } from './session.ts'

const PUBLISHERS = '/-/api/v1/publishers'

/** A registry that `trustpub serve` runs: its own API takes every field, also for Python. */
export function trustpubRegistrar(session: TrustSession): Registrar {
  return {
    single: false,
    pause: 0,
    async list(name) {
      const query = new URLSearchParams({ package: name })
      const { status, json } = await session.send('GET', `${PUBLISHERS}?${query}`, name)
      // Neither a package nor a publisher for it: there is nothing yet.
      if (status === 404) return []
      const { publishers } = (json ?? {}) as { publishers?: unknown }
      if (!Array.isArray(publishers)) {
        throw refuse('trust_answer_unusable', {
          host: session.host,
          reason: 'it lists no publishers',
        })
      }
      return publishers.map(toConfigured)
    },
    async add({ package: name, provider, issuer, fields, permissions }) {
      const body = { provider, fields, permissions, packages: [name], ...(issuer && { issuer }) }
      await session.send('POST', PUBLISHERS, name, body)
    },
    async remove(name, id) {
      const query = new URLSearchParams({ package: name })
      await session.send('DELETE', `${PUBLISHERS}/${encodeURIComponent(id)}?${query}`, name)
    },
  }
}

function toConfigured(entry: unknown): Configured {
  const { id, provider, fields, permissions } = (entry ?? {}) as Record<string, unknown>
  const words = Array.isArray(permissions) ? permissions : []
  return {
    id: String(id),
    provider: String(provider),
    fields: (fields ?? {}) as Fields,
    permissions: (['publish', 'stage'] as const).filter((one) => words.includes(one)),
  }
}
