import type { Refusal } from '@trustpub/identity'
import type { Listed } from './listed.ts'
import type { Configured } from './registrar.ts'
import type { Registrars } from './registrars.ts'

/** A publisher that a registry has. */
export type Found = Listed & { readonly configured: Configured }

export function isFound(listed: Listed): listed is Found {
  return listed.configured !== undefined
}

/** What came of taking one publisher away. */
export interface Removed {
  readonly found: Found
  readonly outcome: 'removed' | 'failed' | 'not tried'
  readonly detail?: string
  readonly code?: string
}

/** Takes publishers away, one after the other; what is refused is told of, and the others go on. */
export async function removeAll(
  all: readonly Found[],
  registrars: Registrars,
  progress: (done: Removed) => void = () => {},
): Promise<readonly Removed[]> {
  const results: Removed[] = []
  for (const found of all) {
    const done = await registrars.with<Removed>(
      found,
      async (registrar) => {
        await registrar?.remove(found.package, found.configured.id)
        return { found, outcome: 'removed' }
      },
      (refusal, tried) => refusedOf(found, refusal, tried),
    )
    progress(done)
    results.push(done)
  }
  return results
}

function refusedOf(found: Found, { message, code }: Refusal, tried: boolean): Removed {
  return tried
    ? { found, outcome: 'failed', detail: message, code }
    : { found, outcome: 'not tried', code }
}
