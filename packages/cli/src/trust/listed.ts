import type { RecordedPublisher } from '@trustpub/identity'
import { isAsRecorded } from './compare.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { Registrars } from './registrars.ts'

/** A publisher at a registry, beside what the record says of its package. */
export interface Listed {
  readonly package: string
  readonly registry: string
  readonly registrar: Registrar
  readonly configured: Configured
  readonly state: 'as recorded' | 'not recorded'
}

/**
 * The publishers that the registries have for packages, those entered by hand left out. Each package is asked for once.
 * @throws Refusal
 */
export async function listAll(
  publishers: readonly RecordedPublisher[],
  registrars: Registrars,
): Promise<readonly Listed[]> {
  const listed: Listed[] = []
  const seen = new Set<string>()
  for (const publisher of publishers) {
    const { package: name, registry } = publisher
    const key = `${name} ${registry}`
    if (seen.has(key)) continue
    seen.add(key)
    const registrar = await registrars.for(publisher)
    if (registrar === undefined) continue
    const own = publishers.filter((one) => one.package === name && one.registry === registry)
    for (const configured of await registrar.list(name)) {
      const known = own.some((one) => isAsRecorded(configured, one))
      const state = known ? 'as recorded' : 'not recorded'
      listed.push({ package: name, registry, registrar, configured, state })
    }
  }
  return listed
}
