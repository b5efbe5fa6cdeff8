import { createHash, randomUUID } from 'node:crypto'

/** A numeric id, as text, that is always the same for the same name: simulated repositories keep theirs. */
export function simulatedId(name: string): string {
  return String(createHash('sha256').update(name).digest().readUInt32BE(0))
}

/** A UUID that is always the same for the same name. */
export function simulatedUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
}

/** `jti`, `iat`, `nbf` and `exp` of a token issued now for `lifetime` seconds. */
export function simulatedTimes(lifetime: number): {
  jti: string
  iat: number
  nbf: number
  exp: number
} {
  const now = Math.floor(Date.now() / 1000)
  return { jti: randomUUID(), iat: now, nbf: now - 5, exp: now + lifetime }
}
