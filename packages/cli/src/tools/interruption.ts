import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One Ctrl-C arrives twice where npx or npm run stands in between; a person who insists takes longer than this. */
const SAME_KEYSTROKE_MS = 1000

/** Somebody wants the program to end: what it started and made is being cleared away. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super('Interrupted.')
    this.signal = signal
  }

  /** 128 and the number of the signal, as shells have it: 130 for Ctrl-C, 143 for SIGTERM. */
  get status(): number {
    return 128 + constants.signals[this.signal]
  }
}

const controller = new AbortController()

/** Aborted, with an `Interrupted` as the reason, by the first signal after `catchSignals`. */
export const interruption: AbortSignal = controller.signal

/**
 * From now on SIGINT, SIGTERM and SIGHUP end running programs and refuse new ones (`run`), so that everything above them
 * fails in order and clears away what it made. A second signal ends the process at once.
 * @returns what gives the signals back their usual meaning
 */
export function catchSignals(): () => void {
  let first: number | undefined
  const handle = (signal: NodeJS.Signals) => {
    if (first !== undefined && Date.now() - first > SAME_KEYSTROKE_MS) {
      release()
      process.kill(process.pid, signal)
    }
    first ??= Date.now()
    controller.abort(new Interrupted(signal))
  }
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, handle)
  }
  for (const signal of SIGNALS) process.on(signal, handle)
  return release
}
