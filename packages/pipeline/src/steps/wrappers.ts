import { parseOptions } from './options.ts'
import { splitAssignments } from './shell.ts'

interface Wrapper {
  readonly words: readonly string[]
  /** Its own flags that take the next word. */
  readonly valued: readonly string[]
  /** It fetches the program by name, so `npm@11`, `twine==6.1` name a program and a version. */
  readonly fetches?: true
}

/** Commands that run another command: what follows their own flags is the command that counts. */
const WRAPPERS: readonly Wrapper[] = [
  { words: ['npx'], valued: ['-p', '--package', '-w', '--workspace'], fetches: true },
  { words: ['npm', 'exec'], valued: ['-p', '--package', '-w', '--workspace'], fetches: true },
  { words: ['pnpx'], valued: ['--package'], fetches: true },
  { words: ['pnpm', 'dlx'], valued: ['--package'], fetches: true },
  { words: ['pnpm', 'exec'], valued: [] },
  { words: ['yarn', 'dlx'], valued: ['-p', '--package'], fetches: true },
  { words: ['yarn', 'exec'], valued: [] },
  { words: ['bunx'], valued: ['-p', '--package'], fetches: true },
  { words: ['bun', 'x'], valued: ['-p', '--package'], fetches: true },
  { words: ['corepack'], valued: [], fetches: true },
  { words: ['uvx'], valued: ['--from', '--with', '-p', '--python', '-w'], fetches: true },
  { words: ['uv', 'tool', 'run'], valued: ['--from', '--with', '-p', '--python'], fetches: true },
  {
    words: ['uv', 'run'],
    valued: ['--with', '--extra', '--group', '--only-group', '-p', '--python', '--package', '-m'],
  },
  { words: ['pipx', 'run'], valued: ['--spec', '--python', '--pip-args'], fetches: true },
  { words: ['poetry', 'run'], valued: [] },
  { words: ['pdm', 'run'], valued: [] },
  { words: ['rye', 'run'], valued: [] },
  { words: ['hatch', 'run'], valued: [] },
  { words: ['python', '-m'], valued: [] },
  { words: ['sudo'], valued: ['-u', '--user', '-g'] },
  { words: ['env'], valued: ['-u', '--unset'] },
  { words: ['cross-env'], valued: [] },
  { words: ['dotenv'], valued: ['-e'] },
  { words: ['exec'], valued: ['-a'] },
  { words: ['command'], valued: [] },
  { words: ['nohup'], valued: [] },
]

/** The command that runs in the end, and the variables that the wrappers set for it. */
export interface Unwrapped {
  readonly words: readonly string[]
  readonly assignments: readonly (readonly [string, string])[]
}

/** Takes `npx npm@11`, `python -m`, `uv tool run`, `env A=b` and the like off, however they are nested. */
export function unwrap(written: readonly string[]): Unwrapped {
  const assignments: (readonly [string, string])[] = []
  let words = written
  // Every round takes at least one word off.
  for (;;) {
    const split = splitAssignments(words)
    assignments.push(...split.assignments)
    words = withProgramName(split.words)
    const wrapper = WRAPPERS.find(
      (one) => words.length > one.words.length && one.words.every((word, i) => words[i] === word),
    )
    if (wrapper === undefined) return { words, assignments }
    const { rest } = parseOptions(
      words.slice(wrapper.words.length),
      new Set(wrapper.valued),
      'first',
    )
    words = wrapper.fetches === true ? withoutVersion(rest) : rest
  }
}

/** `/usr/bin/python3.12` is python, `./node_modules/.bin/lerna` is lerna. */
function withProgramName(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words
  if (first === undefined) return words
  // `${PREFIX}twine`: scripts name the folder of a virtual environment so.
  const bare = first.replace(/^\$\{\w+\}(?=[a-z])/i, '')
  const name = bare.startsWith('@') ? bare : bare.slice(bare.lastIndexOf('/') + 1)
  return [/^(?:python|py)[\d.]*$/.test(name) ? 'python' : name, ...rest]
}

function withoutVersion(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words
  if (first === undefined) return words
  return [first.replace(/(?<=.)(?:@|[=~<>!]=).*$/s, ''), ...rest]
}
