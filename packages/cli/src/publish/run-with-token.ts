import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { ProgramStatus } from '../command.ts'
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
 * @returns its exit status; 128 and the number of the signal, as shells have it, if one ended it
 * @throws MissingTool if it cannot be started, Interrupted after it was ended by a signal to us
 */
export async function runWithToken(command: CommandWithToken): Promise<ProgramStatus> {
  const { program, args, npmrc, folder } = command
  const release = catchSignals()
  try {
    const variables = { ...command.variables }
    if (npmrc !== undefined) {
      const file = join(folder, '.npmrc')
      await writeFile(file, npmrc, { mode: 0o600 })
      variables.NPM_CONFIG_USERCONFIG = file
    }
    return await finished(program, args, withVariables(process.env, variables))
  } finally {
    release()
  }
}

/** npm reads its variables in any case and takes the last, and npx sets them in lower case: only ours may remain. */
function withVariables(
  env: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const names = new Set(Object.keys(variables).map((name) => name.toLowerCase()))
  const others = Object.entries(env).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...Object.fromEntries(others), ...variables }
}

function finished(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ProgramStatus> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env, stdio: 'inherit' })
    const end = () => child.kill('SIGTERM')
    interruption.addEventListener('abort', end, { once: true })
    child.on('error', (error) => reject(new MissingTool(`${program}: ${error.message}`)))
    child.on('exit', (status, signal) => {
      interruption.removeEventListener('abort', end)
      if (interruption.aborted) reject(interruption.reason)
      else resolve((status ?? 128 + constants.signals[signal ?? 'SIGTERM']) as ProgramStatus)
    })
  })
}
