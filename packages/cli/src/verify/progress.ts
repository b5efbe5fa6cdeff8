const WIDTH = 30
/** Lines in a log are for good, so there are few. */
const LINES = 10
/** More often nobody sees it, and a terminal far away would be busy with it. */
const REDRAW_MS = 80

export interface Progress {
  readonly step: () => void
  readonly end: () => void
}

/** How far many verifications are: a bar that redraws itself on a terminal, some lines elsewhere. */
export function startProgress(
  total: number,
  write: (line: string) => void,
  isTerminal: boolean,
  now: () => number = Date.now,
): Progress {
  let count = 0
  let drawn = Number.NEGATIVE_INFINITY
  let told = 0
  const draw = () => {
    const full = total === 0 ? WIDTH : Math.floor((count / total) * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    // Back over the line before, which is the bar as it was.
    const back = drawn === Number.NEGATIVE_INFINITY ? '' : '\u001b[1A\u001b[2K'
    drawn = now()
    write(`${back}${bar} ${count}/${total}`)
  }
  const tell = () => {
    const reached = Math.floor((count / total) * LINES)
    if (reached === told) return
    told = reached
    write(`verified ${count} of ${total}`)
  }
  if (isTerminal) draw()
  return {
    step: () => {
      count += 1
      if (!isTerminal) tell()
      else if (now() - drawn >= REDRAW_MS) draw()
    },
    end: () => {
      if (isTerminal) draw()
    },
  }
}
