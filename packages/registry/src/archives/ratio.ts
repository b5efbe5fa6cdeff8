import { MalformedArchive } from './problem.ts'

/** PyPI's rule: packages rarely shrink even tenfold, but small ones may do anything. */
const MAX_RATIO = 50
const APPLIES_ABOVE = 64 * 1024 * 1024

/** Refuses what unpacks to far more bytes than were sent (a decompression bomb). */
export function checkRatio(unpacked: number, packed: number): void {
  if (unpacked > APPLIES_ABOVE && unpacked > MAX_RATIO * packed) {
    throw new MalformedArchive(`it unpacks to more than ${MAX_RATIO} times its size`)
  }
}
