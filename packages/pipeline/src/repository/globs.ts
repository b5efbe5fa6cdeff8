/**
 * Tells which names or paths a list of globs picks: `*` within a segment, `**` across segments, `{a,b}`,
 * and `!` to take out again. What the workspace lists of npm, pnpm and yarn use.
 */
export function matchesGlobs(path: string, globs: readonly string[]): boolean {
  let picked = false
  for (const glob of globs) {
    if (glob.startsWith('!')) picked = picked && !matchesGlob(path, glob.slice(1))
    else picked = picked || matchesGlob(path, glob)
  }
  return picked
}

/** Tells whether one glob covers the whole path. */
export function matchesGlob(path: string, glob: string): boolean {
  const segments = glob.replace(/^\.\//, '').replace(/\/+$/, '').split('/')
  return alternatives(segments.join('/')).some((plain) =>
    matchSegments(path.split('/'), plain.split('/')),
  )
}

// `{a,b}` beside `{c,d}` multiplies; nobody writes more than a handful.
const MAX_ALTERNATIVES = 100

/** What `{a,b}` in a glob stands for, written out. */
export function alternatives(glob: string): readonly string[] {
  let done = [glob]
  while (done.length < MAX_ALTERNATIVES) {
    const next = done.flatMap((one) => {
      const found = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(one)
      if (found === null) return [one]
      return (found[2] ?? '').split(',').map((choice) => `${found[1]}${choice}${found[3]}`)
    })
    if (next.length === done.length && next.every((one, i) => one === done[i])) break
    done = next
  }
  return done
}

/** Greedy with one step back per `**`, so that no glob takes exponential time. */
function matchSegments(path: readonly string[], glob: readonly string[]): boolean {
  return matchGreedy(path, glob, (segment) => segment === '**', matchSegment)
}

function matchSegment(text: string, glob: string): boolean {
  return matchGreedy(
    [...text],
    [...glob],
    (char) => char === '*',
    (a, b) => a === b || b === '?',
  )
}

function matchGreedy(
  text: readonly string[],
  glob: readonly string[],
  isStar: (item: string) => boolean,
  same: (text: string, glob: string) => boolean,
): boolean {
  let t = 0
  let g = 0
  let star = -1
  let retry = 0
  while (t < text.length) {
    const item = glob[g]
    if (item !== undefined && isStar(item)) {
      star = g++
      retry = t
    } else if (item !== undefined && same(text[t] ?? '', item)) {
      t++
      g++
    } else if (star >= 0) {
      g = star + 1
      t = ++retry
    } else return false
  }
  while (g < glob.length && isStar(glob[g] ?? '')) g++
  return g === glob.length
}
