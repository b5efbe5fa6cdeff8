import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catchSignals, interruption } from '../tools/interruption.ts'
import { MissingTool } from '../tools/missing.ts'

/** A command and what it gets to know of the token. */
export interface CommandWithToken {
  readonly program: string
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** The text of an .npmrc, for clients that look there. */
  readonly npmrc: string | undefined
  /** Where the .npmrc lies while the command runs; the caller removes the folder. */
  readonly folder: string
}

/**
 * Runs a command with a token in its environment; stdin, stdout and stderr are its own.
 * @returns its exit status; 1 if a signal ended it
 * @throws MissingTool if it cannot be started, Interrupted after it was ended by a signal to us
 */
export async function runWithToken(command: CommandWithToken): Promise<number> {
  const { program, args, npmrc, folder } = command
  const release = catchSignals()
  try {
    const env: NodeJS.ProcessEnv = { ...process.env, ...command.variables }
    if (npmrc !== undefined) {
      const file = join(folder, '.npmrc')
      await writeFile(file, npmrc, { mode: 0o600 })
      env.NPM_CONFIG_USERCONFIG = file
    }
    return await finished(program, args, env)
  } finally {
    release()
  }
}

function finished(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env, stdio: 'inherit' })
    const end = () => child.kill('SIGTERM')
    interruption.addEventListener('abort', end, { once: true })
    child.on('error', (error) => reject(new MissingTool(`${program}: ${error.message}`)))
    child.on('exit', (status) => {
      interruption.removeEventListener('abort', end)
      if (interruption.aborted) reject(interruption.reason)
      else resolve(status ?? 1)
    })
  })
}
