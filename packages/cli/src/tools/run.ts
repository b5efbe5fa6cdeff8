import { type ChildProcess, spawn } from 'node:child_process'
import { interruption } from './interruption.ts'

/** Of longer output only the end is kept: that is where failures tell why. */
const MAX_OUTPUT_BYTES = 256 * 1024
/** A release step that takes longer hangs. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000
/** Whether programs run in process groups of their own, so that their children can be ended with them. */
const GROUPS = process.platform !== 'win32'

export interface RunOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
}

export interface Finished {
  /** The exit status; undefined if a signal ended the process. */
  readonly status: number | undefined
  /** stdout and stderr as they came. */
  readonly output: string
  readonly stdout: string
}

/**
 * Runs a program without a shell and collects what it prints. What the program leaves running is ended with it.
 * @throws Error if it cannot be started, Interrupted
 */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    interruption.throwIfAborted()
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: GROUPS,
    })
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    // Not `timeout` of spawn: it keeps the process alive to its end if the program does not exist.
    const timer = setTimeout(() => {
      all.push(Buffer.from(`\nIt did not end within ${timeoutMs / 1000} seconds and was ended.\n`))
      endGroup(child, 'SIGKILL')
    }, timeoutMs)
    const onInterruption = () => endGroup(child, 'SIGKILL')
    interruption.addEventListener('abort', onInterruption, { once: true })
    const settle = (then: () => void) => {
      clearTimeout(timer)
      interruption.removeEventListener('abort', onInterruption)
      if (interruption.aborted) reject(interruption.reason)
      else then()
    }
    const all = new Tail()
    const out = new Tail()
    child.stdout.on('data', (chunk: Buffer) => {
      all.push(chunk)
      out.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => all.push(chunk))
    child.on('error', (error) => settle(() => reject(error)))
    // What runs on would keep the pipes open, and `close` would never come.
    child.on('exit', () => endGroup(child, 'SIGKILL'))
    child.on('close', (code) => {
      settle(() => resolve({ status: code ?? undefined, output: all.text(), stdout: out.text() }))
    })
  })
}

/** Ends a program and all that it started. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (!GROUPS || child.pid === undefined) {
    child.kill(signal)
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Nothing of it runs any more.
  }
}

/** The end of a stream. */
class Tail {
  #chunks: Buffer[] = []
  #size = 0

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= MAX_OUTPUT_BYTES) {
      this.#size -= this.#chunks.shift()?.length ?? 0
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}
