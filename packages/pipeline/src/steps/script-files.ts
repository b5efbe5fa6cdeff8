import { posix } from 'node:path'
import { parseOptions } from './options.ts'
import type { ShellState } from './shell-state.ts'
import { pathIn } from './variables.ts'

/** The flags of shells that take the next word. */
const SHELL_VALUED = new Set(['-o', '+o'])

/** The text of the shell script that a command runs, if it is a file of the repository. `written` has the path that `words` are without. */
export function shellScriptOf(
  words: readonly string[],
  written: readonly string[],
  state: Pick<ShellState, 'directory' | 'variables'>,
  textOf: (file: string) => string | undefined,
): string | undefined {
  const file = scriptFileOf(words, written)
  // `scripts/publish`: a program by its path, which may be a script by its first line.
  const program = file ?? written.find((word) => word.endsWith(`/${words[0]}`))
  const path = program && pathIn(state.directory, program, state.variables)
  const text = path === undefined ? undefined : textOf(path)
  if (path === undefined || text === undefined) return undefined
  return file !== undefined || isShellScript(text) ? withOwnFolder(text, path) : undefined
}

/** Tells whether a text is a shell script by its first line. */
export function isShellScript(text: string): boolean {
  return /^#!.*\b(?:ba|da|z)?sh\b/.test(text)
}

/** The file in `sh file`, `bash -e file` and `./file.sh`. */
function scriptFileOf(words: readonly string[], written: readonly string[]): string | undefined {
  const [program = '', ...rest] = words
  if (/\.(?:sh|bash)$/.test(program)) return written.find((word) => word.endsWith(program))
  if (!/^(?:ba|da|z)?sh$/.test(program)) return undefined
  const options = parseOptions(rest, SHELL_VALUED)
  return [...options.flags.keys()].some((flag) => /^-\w*c$/.test(flag))
    ? undefined
    : options.rest[0]
}

/** `$(dirname "$0")`: the folder of a shell script, as it finds itself. */
const OWN_FOLDER = /\$\( *dirname (?:-- )?"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?"? *\)/g

/** `$(cd "…" && pwd)`: a folder as an absolute path. */
const ABSOLUTE =
  /\$\( *cd (?:-- )?"?(\$GITHUB_WORKSPACE[^\s"]*)"?(?: *>\/dev\/null)?(?: 2>&1)? *&& *pwd(?: -P)? *\)/g

function withOwnFolder(script: string, file: string): string {
  const folder = posix.dirname(posix.join('$GITHUB_WORKSPACE', file))
  return script.replace(OWN_FOLDER, () => folder).replace(ABSOLUTE, '$1')
}
