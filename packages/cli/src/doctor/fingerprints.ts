import { createHash } from 'node:crypto'
import type { Finding } from '@trustpub/pipeline'

/**
 * What stays the same for the same finding while lines above it change, and is another one for every finding of a
 * report: who reads it drops what he has seen.
 */
export function fingerprints(): (finding: Finding, about: string) => string {
  const seen = new Map<string, number>()
  return ({ check, place }, about) => {
    const key = `${check}\0${place.file}\0${about}`
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return createHash('sha256')
      .update(count === 0 ? key : `${key}\0${count}`)
      .digest('hex')
  }
}
