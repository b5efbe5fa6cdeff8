import { expansionEnd } from './shell-ends.ts'

/** One simple command of a script. */
export interface Command {
  /** Split as a POSIX shell splits words, quotes removed; `$VAR`, `$(…)`, globs and `${{ … }}` stay as text. */
  readonly words: readonly string[]
  /** As written. */
  readonly text: string
  /** The line of the script that it starts on, from 0. */
  readonly line: number
  /** The subshells around it, outermost first: a `cd` reaches no further than the subshell it stands in. */
  readonly scope: readonly number[]
  /** How many loops and groups in braces are open around it. */
  readonly depth: number
}

const KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', 'time'])

const LEADING = /^(?:(?:if|then|elif|else|while|until|do|!|\{|time)\s+)+/

// Nobody nests command substitutions deeper; each level is scanned again.
const MAX_NESTING = 10

// Nor are lists of packages longer.
const MAX_ARRAY = 5000

// Nor subshells; what is within is read as if it stood in the last one.
const MAX_SUBSHELLS = 50

/**
 * Splits a script into its simple commands, in the order they stand (POSIX Shell Command Language,
 * section 2, as far as release scripts use it). Comments, redirections and here-documents are left out.
 * Never throws: what is not closed ends where the script ends.
 */
export function splitScript(script: string): readonly Command[] {
  const commands: Command[] = []
  new Splitter(script, commands, { line: 0, scope: [], nesting: 0, subshells: { count: 0 } }).run()
  return commands
}

/** The leading `NAME=value` words of a command, apart from the rest. */
export function splitAssignments(words: readonly string[]): {
  readonly assignments: readonly (readonly [string, string])[]
  readonly words: readonly string[]
} {
  const assignments: (readonly [string, string])[] = []
  for (const word of words) {
    const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(word)
    if (found === null) break
    assignments.push([found[1] ?? '', found[2] ?? ''])
  }
  return { assignments, words: words.slice(assignments.length) }
}

interface Start {
  readonly line: number
  readonly scope: readonly number[]
  readonly nesting: number
  readonly subshells: { count: number }
}

class Splitter {
  readonly #script: string
  readonly #commands: Command[]
  readonly #start: Start
  #position = 0
  #scope: readonly number[]
  /** Parentheses that open no further subshell. */
  #beyond = 0
  #words: string[] = []
  #word: string | undefined
  #from: { readonly position: number; readonly line: number } | undefined
  /** The next word is the target of a redirection, or the delimiter of a here-document. */
  #target: 'none' | 'file' | 'delimiter' = 'none'
  #delimiters: string[] = []
  #depth = 0
  #counted = { position: 0, line: 0 }

  constructor(script: string, commands: Command[], start: Start) {
    this.#script = script
    this.#commands = commands
    this.#start = start
    this.#scope = start.scope
  }

  run(): void {
    while (this.#position < this.#script.length) this.#step(this.#script[this.#position] ?? '')
    this.#endCommand()
  }

  #step(char: string): void {
    const ahead = this.#script[this.#position + 1] ?? ''
    if (char === '\\') this.#escape(ahead)
    else if (char === "'") this.#take(this.#indexOf("'", this.#position + 1), 1)
    else if (char === '"') this.#doubleQuoted()
    else if (char === '$' || char === '`') this.#expansion()
    else if (char === '#' && this.#word === undefined) this.#comment()
    else if (char === ' ' || char === '\t' || char === '\r') this.#separate()
    else if (char === '<' || char === '>' || (char === '&' && ahead === '>')) this.#redirect()
    else if (char === '\n') this.#newline()
    else if (char === ';' || char === '&' || char === '|') this.#operator()
    else if (char === '(') this.#open()
    else if (char === ')') this.#close()
    else this.#append(char, 1)
  }

  #comment(): void {
    this.#endCommand()
    this.#position = this.#lineEnd()
  }

  #escape(ahead: string): void {
    if (ahead === '\n') this.#position += 2
    else if (ahead === '\r') this.#position += 3
    else this.#append(ahead, 2)
  }

  #append(text: string, length: number): void {
    this.#from ??= { position: this.#position, line: this.#line() }
    this.#word = (this.#word ?? '') + text
    this.#position += length
  }

  /** Takes what stands between quotes of `width` characters, as it is. */
  #take(end: number, width: number): void {
    const text = this.#script.slice(this.#position + width, end)
    this.#append(text, end - this.#position + width)
  }

  #doubleQuoted(): void {
    this.#append('', 1)
    while (this.#position < this.#script.length) {
      const char = this.#script[this.#position] ?? ''
      const ahead = this.#script[this.#position + 1] ?? ''
      if (char === '"') {
        this.#append('', 1)
        return
      }
      if (char === '\\' && ahead === '\n') this.#position += 2
      else if (char === '\\' && '$`"\\'.includes(ahead)) this.#append(ahead, 2)
      else if (char === '$' || char === '`') this.#expansion()
      else this.#append(char, 1)
    }
  }

  /** Keeps an expansion as text; the commands inside a command substitution are commands too. */
  #expansion(): void {
    const rest = this.#script.slice(this.#position, this.#position + 3)
    const end = expansionEnd(this.#script, this.#position)
    const text = this.#script.slice(this.#position, end)
    if (rest.startsWith('$(') && rest !== '$((') this.#substitute(text.slice(2, -1))
    else if (rest.startsWith('`')) this.#substitute(text.slice(1, -1))
    this.#append(text, text.length)
  }

  #substitute(script: string): void {
    const { nesting, subshells } = this.#start
    if (nesting >= MAX_NESTING) return
    const scope = [...this.#scope, ++subshells.count]
    const line = this.#line()
    const start = { line, scope, nesting: nesting + 1, subshells }
    new Splitter(script, this.#commands, start).run()
  }

  #redirect(): void {
    if (this.#word !== undefined && /^\d+$/.test(this.#word)) this.#word = undefined
    this.#endWord()
    const operator = /^(?:<<<|<<-?|&>>?|[<>]&-?|>>|>\||<>|[<>])/.exec(
      this.#script.slice(this.#position, this.#position + 3),
    )
    const written = operator?.[0] ?? '>'
    this.#position += written.length
    this.#target = /^<<-?$/.test(written) ? 'delimiter' : written.endsWith('-') ? 'none' : 'file'
  }

  #separate(): void {
    this.#endWord()
    this.#position += 1
  }

  #newline(): void {
    this.#endCommand()
    this.#position += 1
    for (const delimiter of this.#delimiters.splice(0)) this.#skipHereDocument(delimiter)
  }

  #skipHereDocument(delimiter: string): void {
    while (this.#position < this.#script.length) {
      const end = this.#lineEnd()
      const line = this.#script.slice(this.#position, end)
      this.#position = Math.min(end + 1, this.#script.length)
      if (line.trim() === delimiter) return
    }
  }

  #operator(): void {
    this.#endCommand()
    this.#position += 1
  }

  #open(): void {
    const defined = this.#defined()
    if (defined > 0) {
      this.#endWord()
      this.#words = ['function', this.#words.at(-1) ?? '']
      this.#endCommand()
      this.#position += defined
      return
    }
    this.#array()
    this.#endCommand()
    if (this.#scope.length >= MAX_SUBSHELLS) this.#beyond++
    else this.#scope = [...this.#scope, ++this.#start.subshells.count]
    this.#position += 1
  }

  /** How much of `name() {` there is from the parenthesis on, without the brace; 0 if it defines no function. */
  #defined(): number {
    const words = [...this.#words, ...(this.#word === undefined ? [] : [this.#word])]
    const isName = words.length === 1 || (words.length === 2 && words[0] === 'function')
    if (!isName) return 0
    const ahead = this.#script.slice(this.#position, this.#position + MAX_NESTING)
    return /^\(\s*\)(?=\s*\{)/.exec(ahead)?.[0].length ?? 0
  }

  /** `NAME=(a b c)` is kept as `NAME=a b c`. */
  #array(): void {
    if (!/^\w+=$/.test(this.#word ?? '')) return
    const ahead = this.#script.slice(this.#position + 1, this.#position + MAX_ARRAY)
    const inside = /^[^()$`]*(?=\))/.exec(ahead)?.[0].replace(/(?:^|\s)#.*/g, '')
    const items = inside?.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
    this.#word += items.map((item) => item.replace(/^["']|["']$/g, '')).join(' ')
  }

  #close(): void {
    this.#endCommand()
    if (this.#beyond > 0) this.#beyond--
    else if (this.#scope.length > this.#start.scope.length) this.#scope = this.#scope.slice(0, -1)
    this.#position += 1
  }

  #endWord(): void {
    const word = this.#word
    this.#word = undefined
    if (word === undefined) return
    if (this.#target === 'none') this.#words.push(word)
    if (this.#target === 'delimiter') this.#delimiters.push(word)
    this.#target = 'none'
  }

  #endCommand(): void {
    this.#endWord()
    this.#target = 'none'
    const keywords = this.#words.findIndex((word) => !KEYWORDS.has(word))
    const leading = keywords < 0 ? this.#words : this.#words.slice(0, keywords)
    const rest = keywords < 0 ? [] : this.#words.slice(keywords)
    this.#depth += leading.filter((word) => word === 'do' || word === '{').length
    const opens = rest[0] === 'function' && rest.length > 2 && rest.at(-1) === '{'
    const words = opens ? rest.slice(0, -1) : rest
    if (words.length > 0 && this.#from !== undefined) {
      const written = this.#script.slice(this.#from.position, this.#position).trim()
      const text = keywords === 0 ? written : written.replace(LEADING, '')
      const { line } = this.#from
      this.#commands.push({ words, text, line, scope: this.#scope, depth: this.#depth })
    }
    if (opens) this.#depth++
    if (words[0] === 'done' || words[0] === '}') this.#depth = Math.max(0, this.#depth - 1)
    this.#words = []
    this.#from = undefined
  }

  /** The line of the current position, counted on from where it was asked for last. */
  #line(): number {
    for (; this.#counted.position < this.#position; this.#counted.position++) {
      if (this.#script[this.#counted.position] === '\n') this.#counted.line++
    }
    return this.#start.line + this.#counted.line
  }

  #lineEnd(): number {
    return this.#indexOf('\n', this.#position)
  }

  #indexOf(text: string, from: number): number {
    const found = this.#script.indexOf(text, from)
    return found < 0 ? this.#script.length : found
  }
}
