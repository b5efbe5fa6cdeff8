import { spawn } from 'node:child_process'

/** Output beyond this is dropped: nobody reads it, and it must not fill the memory. */
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
    const all: Buffer[] = []
    const out: Buffer[] = []
    let size = 0
    const keep = (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_OUTPUT_BYTES) all.push(chunk)
    }
    child.stdout.on('data', (chunk: Buffer) => {
      keep(chunk)
      if (size <= MAX_OUTPUT_BYTES) out.push(chunk)
    })
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', (code) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
      resolve({ status: code ?? undefined, output: text(all), stdout: text(out) })
    })
  })
}
