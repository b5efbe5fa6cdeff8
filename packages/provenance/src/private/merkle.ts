import { createHash } from 'node:crypto'

/** Before a leaf and before two nodes (RFC 6962 section 2.1), so that neither passes for the other. */
const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(entry).digest()
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest()
}

/** The Merkle tree hash of at least one leaf (RFC 6962 section 2.1). */
export function rootHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return only
  const { left, right } = halves(leaves)
  return nodeHash(rootHash(left), rootHash(right))
}

/** The audit path of a leaf, from the leaf upwards (RFC 6962 section 2.1.1). */
export function auditPath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return []
  const { left, right } = halves(leaves)
  return index < left.length
    ? [...auditPath(index, left), rootHash(right)]
    : [...auditPath(index - left.length, right), rootHash(left)]
}

/** The left one is the largest full tree that leaves something to the right. */
function halves(leaves: readonly Buffer[]) {
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1))
  return { left: leaves.slice(0, split), right: leaves.slice(split) }
}
