/** More names than this are not listed where none is near enough to be meant. */
const LISTED = 8

/** "Did you mean release?", or what is known if nothing is near. */
export function suggestion(given: string, known: readonly string[]): string {
  if (known.length === 0) return 'There is none at all.'
  const ranked = known
    .map((name) => ({ name, distance: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [nearest] = ranked
  if (nearest !== undefined && nearest.distance <= Math.max(2, Math.floor(nearest.name.length / 3)))
    return `Did you mean ${nearest.name}?`
  if (known.length <= LISTED) return `Known: ${known.join(', ')}.`
  const names = ranked.slice(0, LISTED).map(({ name }) => name)
  return `Known: ${names.join(', ')} and others.`
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
