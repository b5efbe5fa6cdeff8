import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditPath, leafHash, rootHash } from './merkle.ts'

const leaves = (count: number) =>
  Array.from({ length: count }, (_, at) => leafHash(Buffer.from(String(at))))

/** The check of RFC 9162 section 2.1.3.2, which needs the path and the size only. */
function rootFrom(index: number, size: number, leaf: Buffer, path: readonly Buffer[]): Buffer {
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of path) {
    const isRight = node % 2 === 1 || node === last
    hash = isRight ? join(sibling, hash) : join(hash, sibling)
    while (isRight && node % 2 === 0 && node !== 0) [node, last] = [node >> 1, last >> 1]
    ;[node, last] = [node >> 1, last >> 1]
  }
  expect(last).toBe(0)
  return hash
}

function join(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest()
}

describe('auditPath', () => {
  it('leads from every leaf of a tree of any size to its root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (size, some) => {
        const all = leaves(size)
        const index = some % size
        const leaf = all[index] ?? Buffer.alloc(0)
        expect(rootFrom(index, size, leaf, auditPath(index, all))).toEqual(rootHash(all))
      }),
    )
  })

  it('leads nowhere from a leaf that is not there', () => {
    const all = leaves(7)
    const other = leafHash(Buffer.from('other'))
    expect(rootFrom(3, 7, other, auditPath(3, all))).not.toEqual(rootHash(all))
  })
})

describe('rootHash', () => {
  it('changes with the order of the leaves and with their number', () => {
    const [one, two, three] = leaves(3)
    if (!one || !two || !three) throw new Error('no leaves')
    const roots = [[one, two], [two, one], [one, two, three], [one]].map((all) =>
      rootHash(all).toString('hex'),
    )
    expect(new Set(roots).size).toBe(roots.length)
  })
})
