/** @param {readonly number[]} values */
export function median(values) {
  return percentile(values, 0.5)
}

/**
 * The nearest-rank percentile.
 * @param {readonly number[]} values
 * @param {number} share from 0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/**
 * Measurements of several rounds, each figure as its median.
 * @template {Record<string, number>} M
 * @param {readonly M[]} rounds
 * @returns {M}
 */
export function medians(rounds) {
  const names = Object.keys(rounds[0] ?? {})
  const entries = names.map((name) => [name, median(rounds.map((round) => round[name] ?? 0))])
  return Object.fromEntries(entries)
}

/**
 * Measures A and B in turn, A B A B, so that a machine that is slow for a while is slow for both.
 * @template A, B
 * @param {number} rounds
 * @param {(round: number) => Promise<A>} first
 * @param {(round: number) => Promise<B>} second
 */
export async function inTurn(rounds, first, second) {
  /** @type {A[]} */
  const a = []
  /** @type {B[]} */
  const b = []
  for (let round = 0; round < rounds; round++) {
    a.push(await first(round))
    b.push(await second(round))
  }
  return [medians(a), medians(b)]
}
