import fc from 'fast-check'

/** Picks a number below another; 0 is the simplest choice. */
type Pick = (below: number) => number

/** What random files are made of. */
export interface Ingredients {
  readonly aliases: boolean
  readonly merges: boolean
}

/** Files in YAML as different people write them: block and flow, quoted and not, with comments and blank lines. */
export function randomYaml(ingredients: Ingredients): fc.Arbitrary<string> {
  return fc
    .array(fc.nat({ max: 9999 }), { minLength: 20, maxLength: 200, size: 'max' })
    .map((choices) => {
      let at = 0
      return new Writer((below) => (choices[at++] ?? 0) % below, ingredients).file()
    })
}

const TEXTS = [
  'npm ci',
  'x',
  '$' + '{{ secrets.NPM_TOKEN }}',
  '1.10',
  'true',
  "it's",
  '# no comment',
  'x: y',
  '*.tgz',
  'ünï 💥',
  '@acme/x',
  'echo "x" # y',
  '{a',
  '- x',
  '',
  'npm ci\nnpm publish\n',
  'a\n\nb',
  'a\nb\n\n',
  'npm ci\n\n  deeper\nnpm publish\n',
]
const KEYS = ['a', 'b', 'run', 'env', 'with', 'on', 'NPM_TOKEN', 'node-version', 'x.y', 'a b']

class Writer {
  readonly #pick: Pick
  readonly #ingredients: Ingredients
  #comments = 0
  #anchors = 0
  readonly #complete: { readonly name: string; readonly kind: string }[] = []

  constructor(pick: Pick, ingredients: Ingredients) {
    this.#pick = pick
    this.#ingredients = ingredients
  }

  file(): string {
    const start = this.#oneIn(6) ? '---\n' : ''
    const text = start + this.#blockMap('', 0).join('\n')
    const ended = this.#oneIn(5) ? text : `${text}\n`
    return this.#oneIn(5) ? ended.replaceAll('\n', '\r\n') : ended
  }

  #oneIn(many: number): boolean {
    return this.#pick(many) === many - 1
  }

  #comment(): string {
    this.#comments++
    return `# c${this.#comments}.`
  }

  #above(indent: string): string[] {
    if (!this.#oneIn(4)) return []
    const lines = [indent + this.#comment()]
    return this.#oneIn(2) ? ['', ...lines] : lines
  }

  #behind(): string {
    return this.#oneIn(5) ? ` ${this.#comment()}` : ''
  }

  #blockMap(indent: string, depth: number): string[] {
    const count = (depth === 0 ? 2 : 1) + this.#pick(4)
    const first = this.#pick(KEYS.length)
    const lines: string[] = []
    const merge = this.#merge()
    if (merge !== undefined) lines.push(`${indent}<<: *${merge}${this.#behind()}`)
    for (let index = 0; index < count; index++) {
      const key = this.#quotedKey(KEYS[(first + index) % KEYS.length] ?? 'k')
      lines.push(...(lines.length === 0 ? [] : this.#above(indent)))
      lines.push(...this.#pair(`${indent}${key}:`, indent, depth))
    }
    return lines
  }

  #merge(): string | undefined {
    const maps = this.#complete.filter(({ kind }) => kind === 'map')
    if (!this.#ingredients.merges || maps.length === 0 || !this.#oneIn(3)) return undefined
    return maps[this.#pick(maps.length)]?.name
  }

  #quotedKey(key: string): string {
    const style = this.#pick(8)
    return style === 6 ? `'${key}'` : style === 7 ? `"${key}"` : key
  }

  #pair(head: string, indent: string, depth: number): string[] {
    const kind = this.#pick(depth > 3 ? 4 : 10)
    const inner = indent + ' '.repeat(this.#oneIn(4) ? 4 : 2)
    if (kind === 3) return [head + (this.#oneIn(2) ? ' ~' : '') + this.#behind()]
    if (kind <= 2) return this.#scalar(`${head} `, inner)
    if (kind === 4) return this.#flow(`${head} `, inner, depth)
    if (kind === 5) return this.#alias(`${head} `) ?? this.#scalar(`${head} `, inner)
    const isMap = kind <= 7
    const [anchor, done] = this.#anchor(isMap ? 'map' : 'list')
    const first = head + (anchor === '' ? '' : ` ${anchor}`) + this.#behind()
    const body = isMap
      ? this.#blockMap(inner, depth + 1)
      : this.#blockList(this.#oneIn(3) ? indent : inner, depth + 1)
    done()
    return [first, ...body]
  }

  #blockList(indent: string, depth: number): string[] {
    const lines: string[] = []
    const count = 1 + this.#pick(4)
    for (let index = 0; index < count; index++) {
      if (index > 0) lines.push(...this.#above(indent))
      lines.push(...this.#item(indent, depth))
    }
    return lines
  }

  #item(indent: string, depth: number): string[] {
    const dash = `${indent}-${' '.repeat(this.#oneIn(6) ? 3 : 1)}`
    const inner = ' '.repeat(dash.length)
    const kind = this.#pick(depth > 3 ? 3 : 8)
    if (kind === 2) return [`${indent}-${this.#behind()}`]
    if (kind <= 1) return this.#scalar(dash, inner)
    if (kind === 3) return this.#flow(dash, inner, depth)
    if (kind === 4) return this.#alias(dash) ?? this.#scalar(dash, inner)
    const isMap = kind !== 7
    const body = isMap ? this.#blockMap(inner, depth + 1) : this.#blockList(inner, depth + 1)
    const [first = '', ...rest] = body
    return this.#oneIn(8) ? [`${indent}-`, ...body] : [dash + first.slice(inner.length), ...rest]
  }

  #alias(head: string): string[] | undefined {
    if (this.#complete.length === 0) return undefined
    const { name } = this.#complete[this.#pick(this.#complete.length)] ?? { name: '' }
    return [`${head}*${name}${this.#behind()}`]
  }

  #anchor(kind: string): readonly [string, () => void] {
    if (!this.#ingredients.aliases || !this.#oneIn(3)) return ['', () => {}]
    const name = `n${this.#anchors++}`
    return [`&${name}`, () => this.#complete.push({ name, kind })]
  }

  #scalar(head: string, inner: string): string[] {
    const text = TEXTS[this.#pick(TEXTS.length)] ?? ''
    const [anchor, done] = this.#anchor('scalar')
    done()
    const start = head + (anchor === '' ? '' : `${anchor} `)
    const canBlock = /^\S/.test(text)
    if (canBlock && (text.includes('\n') ? !this.#oneIn(4) : this.#oneIn(6))) {
      return this.#blockScalar(start, text, inner)
    }
    return [start + this.#inline(text) + this.#behind()]
  }

  #blockScalar(start: string, text: string, inner: string): string[] {
    const style = !text.includes('\n') && this.#oneIn(2) ? '>' : '|'
    const chomping = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-'
    const lines = text.replace(/\n$/, '').split('\n')
    return [
      start + style + chomping + this.#behind(),
      ...lines.map((line) => (line === '' ? '' : inner + line)),
    ]
  }

  #inline(text: string): string {
    const style = this.#pick(4)
    const isPlain = /^[\w][\w ./-]*$/.test(text)
    if (isPlain && style <= 1) return text
    return style === 2 && !text.includes('\n')
      ? `'${text.replaceAll("'", "''")}'`
      : JSON.stringify(text)
  }

  #flow(head: string, inner: string, depth: number): string[] {
    const many = this.#pick(4)
    const isMap = this.#pick(2) === 0
    const parts: string[] = []
    const first = this.#pick(KEYS.length)
    for (let index = 0; index < many; index++) {
      const value =
        depth < 4 && this.#oneIn(5)
          ? this.#flow('', inner, depth + 2).join('\n')
          : this.#inline(TEXTS[this.#pick(TEXTS.length)] ?? '')
      const key = this.#quotedKey(KEYS[(first + index) % KEYS.length] ?? 'k')
      parts.push(isMap ? `${key}: ${value}` : value)
    }
    const [open, close] = isMap ? ['{', '}'] : ['[', ']']
    const space = this.#oneIn(2) ? ' ' : ''
    const isWide = many > 0 && this.#oneIn(4)
    const end = many > 0 && this.#oneIn(4) ? ',' : ''
    if (!isWide) return [`${head}${open}${space}${parts.join(', ')}${end}${space}${close}`]
    const lines = parts.map((part, index) => {
      const comma = index < parts.length - 1 ? ',' : end
      return inner + part + comma + (comma === '' ? '' : this.#behind())
    })
    return [head + open, ...lines, inner + close]
  }
}
