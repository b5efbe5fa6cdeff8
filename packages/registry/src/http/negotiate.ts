/**
 * Which of the offered media types the client likes best (RFC 9110, section 12.5.1): the highest `q`, and of equals
 * the one that is offered first. Undefined if it takes none of them.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0]
  const ranges = accept.split(',').map(readRange)
  let best: { readonly type: Type; readonly q: number } | undefined
  for (const type of offered) {
    const q = qualityOf(type, ranges)
    if (q > (best?.q ?? 0)) best = { type, q }
  }
  return best?.type
}

interface MediaRange {
  readonly range: string
  readonly q: number
}

function readRange(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
  return { range, q: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0 }
}

/** The most specific range decides, not the most generous one. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const [main] = type.split('/')
  for (const wanted of [type, `${main}/*`, '*/*']) {
    const found = ranges.find(({ range }) => range === wanted)
    if (found !== undefined) return found.q
  }
  return 0
}
