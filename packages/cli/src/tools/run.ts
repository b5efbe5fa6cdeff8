import { spawn } from 'node:child_process'

/** Of longer output only the end is kept: that is where failures tell why. */
const MAX_OUTPUT_BYTES = 256 * 1024
/** A release step that takes longer hangs. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000

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
 * Runs a program without a shell and collects what it prints.
 * @throws Error if it cannot be started
 */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    })
    const all = new Tail()
    const out = new Tail()
    child.stdout.on('data', (chunk: Buffer) => {
      all.push(chunk)
      out.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => all.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ status: code ?? undefined, output: all.text(), stdout: out.text() })
    })
  })
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
