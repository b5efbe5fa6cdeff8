const GAP = ' │ '

/**
 * Two columns beside each other, with a mark in front of what differs.
 * @param {number} width of the terminal
 */
export function columns(width) {
  const column = Math.floor((width - 2 - GAP.length) / 2)
  /** @param {string} left @param {string} right @param {string} mark */
  const row = (left, right, mark) => {
    const [a, b] = [wrap(left, column), wrap(right, column)]
    const lines = Array.from({ length: Math.max(a.length, b.length) }, (_, at) => {
      const sign = at === 0 ? mark : ' '
      return `${sign} ${(a[at] ?? '').padEnd(column)}${GAP}${b[at] ?? ''}`.trimEnd()
    })
    return lines.join('\n')
  }
  return {
    row,
    rule: `${'─'.repeat(column + 3)}┼${'─'.repeat(column + 1)}`,
  }
}

/**
 * Breaks at blanks; what is longer than a line is cut through. Further lines are indented.
 * @param {string} text
 * @param {number} width
 */
function wrap(text, width) {
  const lines = []
  let rest = text
  while (rest.length > width) {
    const indent = lines.length === 0 ? 0 : 4
    const blank = rest.lastIndexOf(' ', width)
    const at = blank > indent ? blank : width
    lines.push(rest.slice(0, at))
    rest = `    ${rest.slice(at).trimStart()}`
  }
  return [...lines, rest]
}

/**
 * Two lists, with what has the same key in one row (longest common subsequence).
 * @template {{ readonly key: string }} T
 * @param {readonly T[]} left
 * @param {readonly T[]} right
 * @returns {(readonly [T | undefined, T | undefined])[]}
 */
export function align(left, right) {
  /** @param {number} i @param {number} j @returns {(readonly [T | undefined, T | undefined])[]} */
  const from = (i, j) => {
    const [a, b] = [left[i], right[j]]
    if (a === undefined) return right.slice(j).map((one) => [undefined, one])
    if (b === undefined) return left.slice(i).map((one) => [one, undefined])
    if (a.key === b.key) return [[a, b], ...from(i + 1, j + 1)]
    if (common(i + 1, j) >= common(i, j + 1)) return [[a, undefined], ...from(i + 1, j)]
    return [[undefined, b], ...from(i, j + 1)]
  }
  /** @type {Map<string, number>} */
  const known = new Map()
  /** @param {number} i @param {number} j @returns {number} */
  const common = (i, j) => {
    const [a, b] = [left[i], right[j]]
    if (a === undefined || b === undefined) return 0
    const at = `${i} ${j}`
    const found = known.get(at)
    if (found !== undefined) return found
    const length =
      a.key === b.key ? 1 + common(i + 1, j + 1) : Math.max(common(i + 1, j), common(i, j + 1))
    known.set(at, length)
    return length
  }
  return from(0, 0)
}
