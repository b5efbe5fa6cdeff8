/** Octet strings whose content begins an element that holds all the following ones. */
export function doubling(count: number): Buffer {
  const parts = Array.from({ length: count }, (_, index) => {
    return [0x04, 0x02, 0x04, (count - index - 1) * 4]
  })
  return Buffer.from([0x30, count * 4, ...parts.flat()])
}

/** Octet strings in each other, the innermost of which ends in the middle of an element. */
export function failing(depth: number): Buffer {
  let der = Buffer.alloc(0)
  for (let each = 0; each < depth; each += 1) {
    const size = der.length + 1
    const head = Buffer.from([0x04, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff])
    der = Buffer.concat([head, der, Buffer.from([0x30])])
  }
  return der
}
