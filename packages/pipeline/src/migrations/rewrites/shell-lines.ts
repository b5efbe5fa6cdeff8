/** What a here-document that a command reads holds, with the line that ends it. */
export interface HereDocument {
  readonly lines: readonly string[]
  /** From behind the command to the end of the last line. */
  readonly text: string
}

/** The here-document of a command of a script, if it reads one. */
export function hereDocument(script: string, command: string): HereDocument | undefined {
  const [, dash, , delimiter] = /<<(-?)[ \t]*(['"]?)(\w+)\2/.exec(command) ?? []
  const at = script.indexOf(command)
  if (delimiter === undefined || at < 0) return undefined
  const [rest = '', ...lines] = script.slice(at + command.length).split('\n')
  const end = lines.findIndex(
    (line) => (dash === '' ? line : line.replace(/^\t+/, '')) === delimiter,
  )
  if (end < 0 || rest.trim() !== '') return undefined
  return { lines: lines.slice(0, end), text: `\n${lines.slice(0, end + 1).join('\n')}` }
}

const CONTINUES = /(?:\\|&&|\|\|?|\bif|\bwhile|\buntil|!)[ \t]*$/
const CONTINUED = /^[ \t]*(?:&&|\|)/
const OPENS = /(?:\bthen|\bdo|\belse|\{|\()[ \t]*$/
const CLOSES = /^[ \t]*(?:fi|done|else|elif|esac|\}|\))/

/** Whole lines of a script. */
export interface Lines {
  readonly text: string
  readonly start: number
}

/**
 * The whole lines that go with a command: its here-document, and an `if` around it that does nothing else; wherever it
 * stands in the script. Undefined where the shell would not read what is left.
 */
export function linesWith(script: string, command: string): readonly Lines[] | undefined {
  const found = indexesOf(script, command).map((start) => linesAt(script, command, start))
  return found.length > 0 && found.every((one) => one !== undefined) ? found : undefined
}

/** Where a text begins in another. */
export function indexesOf(script: string, part: string): readonly number[] {
  const found: number[] = []
  for (let at = script.indexOf(part); at >= 0; at = script.indexOf(part, at + 1)) found.push(at)
  return found
}

function linesAt(script: string, command: string, at: number): Lines | undefined {
  let start = at
  let end = start + command.length + (hereDocument(script.slice(at), command)?.text.length ?? 0)
  for (;;) {
    const before = lastLine(script.slice(0, start))
    const after = firstLine(script.slice(end))
    if (CONTINUES.test(before.line) || CONTINUED.test(after.line)) return undefined
    if (!OPENS.test(before.line) || !CLOSES.test(after.line))
      return { text: script.slice(start, end), start }
    // A test changes nothing, so it goes with what it is about.
    const isTest = /^[ \t]*if[ \t]+(?:!?[ \t]*\[|test\b).*;[ \t]*then[ \t]*$/.test(before.line)
    if (!isTest || after.line.trim() !== 'fi') return undefined
    start = before.start + before.line.length - before.line.trimStart().length
    end += after.end
  }
}

function isCode(line: string): boolean {
  return line.trim() !== '' && !line.trimStart().startsWith('#')
}

/** The last line of code before the line on which a text ends, and where it starts. */
function lastLine(text: string): { readonly line: string; readonly start: number } {
  const lines = text.split('\n')
  const at = lines.slice(0, -1).findLastIndex(isCode)
  const start = lines.slice(0, Math.max(at, 0)).reduce((sum, line) => sum + line.length + 1, 0)
  return { line: lines[at] ?? '', start }
}

/** The first line of code behind the line on which a text starts, and where it ends. */
function firstLine(text: string): { readonly line: string; readonly end: number } {
  const lines = text.split('\n')
  const at = lines.slice(1).findIndex(isCode) + 1
  const end = lines.slice(0, at + 1).join('\n').length
  return at === 0 ? { line: '', end: 0 } : { line: lines[at] ?? '', end }
}

const CONTROLS = /^[ \t]*(?:if|case|for|while|until)\b/gm
const CONTROLLED = /^[ \t]*(?:fi|esac|done)\b/gm
const SKIPS = /\b(?:exit|return)\b/

/**
 * Tells whether a command is the last of a script, and runs whenever the script comes that far: then a step behind the
 * script can do what it does.
 */
export function endsScript(script: string, command: string): boolean {
  const [start, ...others] = indexesOf(script, command)
  if (start === undefined || others.length > 0) return false
  const [before, after] = [script.slice(0, start), script.slice(start + command.length)]
  const open = (before.match(CONTROLS) ?? []).length - (before.match(CONTROLLED) ?? []).length
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const above = lastLine(before).line
  return (
    !after.split('\n').some(isCode) &&
    open === 0 &&
    !SKIPS.test(before) &&
    // `poetry build && `: what fails ends the script in any case.
    /^[ \t]*(?:[^&|;(){}]*&&[ \t]*)*$/.test(line) &&
    (!CONTINUES.test(above) ||
      /&&[ \t]*\\?$/.test(above) ||
      (/\\$/.test(above) && /^[ \t]*&&/.test(line)))
  )
}

/**
 * What can be taken out without another change: `command && ` where it begins a line that goes on, ` && command` where
 * it ends one.
 */
export function linkOf(script: string, command: string): string | undefined {
  const start = script.indexOf(command)
  if (start < 0 || script.indexOf(command, start + 1) >= 0 || command.includes('\n')) {
    return undefined
  }
  const before = lastLine(script.slice(0, start)).line
  const line = script.slice(script.lastIndexOf('\n', start) + 1, start)
  const link = /^[ \t]*(?:&&|;)[ \t]*(?=[^\s\\])/.exec(script.slice(start + command.length))?.[0]
  const isFirst = line.trim() === '' && !CONTINUES.test(before)
  if (link !== undefined) return isFirst ? command + link : undefined
  const rest = script.slice(start + command.length).split('\n')
  const isLast = !isCode(rest[0] ?? '') && !CONTINUED.test(rest.find(isCode) ?? '')
  const tail = /(?<=[^\s&|])[ \t]*(?:\\?\n[ \t]*)?&&[ \t]*(?:\\?\n[ \t]*)?$/.exec(
    script.slice(0, start),
  )?.[0]
  return isLast && tail !== undefined ? tail + command : undefined
}
