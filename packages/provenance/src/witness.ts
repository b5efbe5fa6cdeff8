import type { Witness } from '@sigstore/sign'
import { refuse } from './errors.ts'

/** The public log answers within two seconds, on bad days within ten. */
const TIMEOUT_MS = 20_000
/** Logging the same signature again gives the same entry, so trying again is safe. */
const RETRIES = 2

/** The log, and the timestamp authority if there is one. */
export async function witnesses(services: {
  readonly rekor: string
  readonly tsa?: string
}): Promise<Witness[]> {
  const { RekorWitness, TSAWitness } = await import('@sigstore/sign')
  const common = { timeout: TIMEOUT_MS, retry: RETRIES }
  const rekor = services.rekor.replace(/\/$/, '')
  const log = new RekorWitness({ ...common, rekorBaseURL: rekor, fetchOnConflict: true })
  const all = [telling(log, (reason) => refuse('logging_refused', { url: rekor, reason }))]
  if (services.tsa !== undefined) {
    const url = services.tsa.replace(/\/$/, '')
    const authority = new TSAWitness({ ...common, tsaBaseURL: url })
    all.push(telling(authority, (reason) => refuse('timestamping_refused', { url, reason })))
  }
  return all
}

function telling(witness: Witness, refusal: (reason: string) => Error): Witness {
  return {
    testify: async (content, publicKey) => {
      try {
        return await witness.testify(content, publicKey)
      } catch (error) {
        throw refusal(reasonOf(error))
      }
    },
  }
}

/** The library wraps what went wrong; the innermost message says it. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return (cause instanceof Error ? cause.message : message).slice(0, 300)
}
