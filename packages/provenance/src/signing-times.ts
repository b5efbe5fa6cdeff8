import type { SignedEntity } from '@sigstore/verify'
import { refuse } from './errors.ts'

/**
 * When a bundle says it was signed, by its logs' promises and by timestamp authorities. None of it is verified yet.
 * @throws Refusal `timestamp_missing`, `timestamp_invalid`
 */
export function signingTimes({ timestamps }: SignedEntity): Date[] {
  const times = timestamps.flatMap((stamp) => {
    if (stamp.$case === 'timestamp-authority') return [readable(() => stamp.timestamp.signingTime)]
    // The integrated time is signed as part of the promise; without one it is only claimed.
    const { inclusionPromise, integratedTime } = stamp.tlogEntry
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)]
  })
  if (times.length === 0) throw refuse('timestamp_missing', {})
  if (times.some((time) => Number.isNaN(time.getTime()))) throw refuse('timestamp_invalid', {})
  return times
}

function readable(read: () => Date): Date {
  try {
    return read()
  } catch {
    throw refuse('timestamp_invalid', {})
  }
}
