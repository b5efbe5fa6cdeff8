/** Reads a file of the directory where the command works. */
type ReadText = (file: string) => string | undefined

const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile']
const JUSTFILES = ['justfile', 'Justfile', '.justfile']

/**
 * The script that `make target`, `just target`, `tox -e target` or `nox -s target` runs, with what the targets that it
 * names first run.
 * Undefined for every other command, and where the file or the target is not there.
 */
export function makeTarget(words: readonly string[], read: ReadText): string | undefined {
  const [program = '', ...rest] = words
  const named = rest.filter((word) => !word.startsWith('-') && !word.includes('='))
  if (program === 'make') return recipes(firstOf(MAKEFILES, read), named)
  if (program === 'just') return recipes(firstOf(JUSTFILES, read), named)
  if (program === 'tox') return toxCommands(read('tox.ini'), rest)
  if (program === 'nox') return noxSession(read('noxfile.py'), rest)
  return undefined
}

function firstOf(names: readonly string[], read: ReadText): string | undefined {
  return names.map(read).find((text) => text !== undefined)
}

/** GNU make manual, "Rule syntax": the indented lines under `target: prerequisites`. */
function recipes(text: string | undefined, targets: readonly string[]): string | undefined {
  const rules = rulesOf(text ?? '')
  const made = new Set<string>()
  const found = targets.flatMap((target) => linesOf(target, rules, made))
  return found.length === 0 ? undefined : found.join('\n')
}

/** What a target needs comes first; each is made once. */
function linesOf(
  target: string,
  rules: ReadonlyMap<string, Rule>,
  made: Set<string>,
): readonly string[] {
  const rule = rules.get(target)
  if (rule === undefined || made.has(target)) return []
  made.add(target)
  return [...rule.needs.flatMap((name) => linesOf(name, rules, made)), ...rule.lines]
}

interface Rule {
  readonly needs: readonly string[]
  readonly lines: string[]
}

function rulesOf(text: string): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>()
  let current: readonly Rule[] = []
  for (const line of text.replace(/[ \t]*\\\r?\n[ \t]*/g, ' ').split('\n')) {
    const head = /^([\w./-]+(?: [\w./-]+)*)[^:=\n]*::?(?!=)([^\n]*)/.exec(line)
    if (head !== null) {
      const needs = (head[2] ?? '')
        .replace(/[#;].*/, '')
        .split(/\s+/)
        .filter((word) => word !== '')
      current = (head[1] ?? '').split(' ').map((name) => {
        const rule = { needs, lines: [] }
        rules.set(name, rule)
        return rule
      })
    } else if (/^[ \t]+\S/.test(line)) {
      // `@` and `-` before a command only say how make treats it; `$$` is the shell's `$`.
      const command = line
        .trim()
        .replace(/^[@+-]+\s*/, '')
        .replaceAll('$$', '$')
        .replace(/\$[({]MAKE[)}]/g, 'make')
        .replace(/\$\(([A-Z_]+)\)/g, '$${$1}')
      // Each line has a shell of its own.
      const alone = /(?:^|[\s;&|(])cd\s/.test(command) ? `(${command})` : command
      for (const rule of current) rule.lines.push(alone)
    } else if (line.trim() !== '' && !line.startsWith('#')) current = []
  }
  return rules
}

/** tox.wiki, "Configuration": `commands` of `[testenv:name]`. */
function toxCommands(text: string | undefined, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-e' || word === 'run' || word === '--env')
  const names = words
    .slice(at + 1)
    .filter((word) => !word.startsWith('-'))
    .flatMap((word) => word.split(','))
  const found = names.flatMap((name) => {
    const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const section = new RegExp(`^\\[testenv:${quoted}\\]([\\s\\S]*?)(?=^\\[|(?![\\s\\S]))`, 'm')
    const body = section.exec(text ?? '')?.[1] ?? ''
    const commands = settingOf('commands', body)
    return commands === undefined ? [] : [...installOf(settingOf('deps', body) ?? ''), commands]
  })
  return found.length === 0 ? undefined : found.join('\n').replace(/\\\n\s*/g, ' ')
}

function settingOf(name: string, body: string): string | undefined {
  return new RegExp(`^${name}\\s*=([^\\n]*(?:\\n[ \\t]+[^\\n]*)*)`, 'm').exec(body)?.[1]
}

function installOf(deps: string): readonly string[] {
  const words = deps
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    // `-rrequirements.txt` stands for itself, `twine<6` would be a redirection.
    .map((line) => (line.startsWith('-') ? line : `'${line}'`))
  return words.length === 0 ? [] : [`pip install ${words.join(' ')}`]
}

/** nox.thea.codes, "Configuration": what `@nox.session def name(session)` installs and runs, as commands. */
function noxSession(text: string | undefined, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /^(?:-s|--sessions?|-e)$/.test(word))
  const [name] = at < 0 ? [] : words.slice(at + 1)
  if (name === undefined) return undefined
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('-', '[-_]')
  const session = new RegExp(`^def ${pattern}\\(.*\\n((?:[ \\t]+.*\\n|[ \\t]*\\n)*)`, 'm')
  const body = session.exec(`${text}\n`)?.[1] ?? ''
  const calls = body.matchAll(/\bsession\.(install|run)\(((?:[^()]|\([^()]*\))*)\)/g)
  const commands = [...calls].map(([, verb, args = '']) => {
    // What a call yields and named arguments (`external=True`) are not words of the command.
    const literals = args.replace(/\([^()]*\)/g, '').matchAll(/(?<!=\s*)(["'])(.*?)\1/g)
    const program = verb === 'install' ? ['pip install'] : []
    return [...program, ...[...literals].map(([, , word]) => `'${word}'`)].join(' ')
  })
  return commands.length === 0 ? undefined : commands.join('\n')
}
