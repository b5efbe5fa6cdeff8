import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { PipelineError, reasonOf } from '../errors.ts'
import type { Place } from '../place.ts'
import type { Span, Tree } from './tree.ts'

/** GitLab merges `<<` keys, lets the last of equal keys win and allows a header document with `spec:`. */
export type Dialect = 'github' | 'gitlab'

// The largest generated pipelines have some ten thousand values; aliases of aliases could stand for billions.
const MAX_VALUES = 200_000

/** What git leaves where two changes meet. */
const CONFLICT = /^<{7} /m

/**
 * Parses one CI configuration (YAML 1.2, so `on` is a word). An empty file is a null tree.
 * @throws PipelineError `workflow_unparseable` with the place and the parser's reason; `merge_conflict`
 */
export function parseYaml(file: string, source: string, dialect: Dialect): Tree {
  const lines = new LineCounter()
  try {
    const { document, header } = documentsOf(file, source, dialect, lines)
    if (document === undefined) return { place: { file, line: 1, column: 1 }, value: null }
    const build = (one: Document.Parsed): Tree =>
      new TreeBuilder(file, source, dialect, lines).build(one.contents, undefined)
    return { ...build(document), ...(header && { header: build(header) }) }
  } catch (error) {
    if (error instanceof PipelineError) throw error
    // Nesting so deep that it exhausts the stack ends here too.
    throw new PipelineError('workflow_unparseable', { file, reason: reasonOf(error) })
  }
}

interface Documents {
  readonly document: Document.Parsed | undefined
  readonly header?: Document.Parsed
}

function documentsOf(
  file: string,
  source: string,
  dialect: Dialect,
  lines: LineCounter,
): Documents {
  const parsed = parseAllDocuments(source, {
    lineCounter: lines,
    uniqueKeys: dialect === 'github',
    logLevel: 'silent',
    prettyErrors: false,
  })
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : []
  const [first, second] = documents
  const hasHeader =
    dialect === 'gitlab' && second !== undefined && isMap(first?.contents) && first.has('spec')
  const document = hasHeader ? second : first
  const problem = document?.errors[0]
  if (problem !== undefined) {
    const conflict = CONFLICT.exec(source)
    if (conflict !== null) {
      throw new PipelineError('merge_conflict', {
        file,
        reason: '',
        line: lines.linePos(conflict.index).line,
      })
    }
    const { line, col } = lines.linePos(problem.pos[0])
    const reason = reasonOf(new Error(problem.message))
    throw new PipelineError('workflow_unparseable', { file, line, column: col, reason })
  }
  return { document, ...(hasHeader && { header: first }) }
}

interface Built {
  readonly tree: Tree
  /** How many values the tree stands for once every alias is written out. */
  readonly size: number
}

class TreeBuilder {
  readonly #file: string
  readonly #source: string
  readonly #dialect: Dialect
  readonly #lines: LineCounter
  /** Undefined while the anchored value is still being built: an alias to it would have no end. */
  readonly #anchors: Map<string, Built | undefined> = new Map()

  constructor(file: string, source: string, dialect: Dialect, lines: LineCounter) {
    this.#file = file
    this.#source = source
    this.#dialect = dialect
    this.#lines = lines
  }

  build(node: unknown, key: number | undefined): Tree {
    return this.#built(node, key).tree
  }

  /** `key` is the offset of the key that the value stands under. */
  #built(node: unknown, key: number | undefined): Built {
    if (isAlias(node)) return this.#aliased(node, key)
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, undefined)
    const built = this.#value(node, key)
    if (anchor !== undefined) this.#anchors.set(anchor, built)
    if (built.size > MAX_VALUES) {
      throw this.#error(built.tree.place, `its aliases stand for more than ${MAX_VALUES} values`)
    }
    return built
  }

  #value(node: unknown, key: number | undefined): Built {
    if (isMap(node)) return this.#map(node, key)
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#built(item, undefined))
      const size = items.reduce((sum, item) => sum + item.size, 1)
      const tag = node.tag?.startsWith('!') ? { tag: node.tag } : {}
      const at = this.#at(node, key)
      return { tree: { ...at, value: items.map((item) => item.tree), ...tag }, size }
    }
    if (isScalar(node)) return { tree: this.#scalar(node, key), size: 1 }
    return { tree: { place: this.#placeAt(key), value: null }, size: 1 }
  }

  #map(node: YAMLMap, key: number | undefined): Built {
    const own = new Map<string, Tree>()
    const merged = new Map<string, Tree>()
    let size = 1
    for (const pair of node.items) {
      const name = keyOf(pair)
      if (name === undefined) continue
      const value = this.#built(pair.value, keyOffset(pair))
      size += value.size
      if (name === '<<' && this.#dialect === 'gitlab') mergeInto(merged, value.tree)
      else own.set(name, value.tree)
    }
    for (const [name, value] of merged) if (!own.has(name)) own.set(name, value)
    return { tree: { ...this.#at(node, key), value: own }, size }
  }

  #scalar(node: Scalar, key: number | undefined): Tree {
    const at = this.#at(node, key)
    if (node.value === null) return { ...at, value: null }
    const value = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
    const block = node.type === Scalar.BLOCK_LITERAL ? this.#blockPlace(node, value) : undefined
    const comment = node.comment?.trim()
    return { ...at, value, ...(block && { block }), ...(comment && { comment }) }
  }

  /** Place and span of a node. */
  #at(
    node: Scalar | YAMLMap | YAMLSeq | Alias,
    key: number | undefined,
  ): { place: Place; span?: Span } {
    const place = this.#placeAt(key ?? node.range?.[0])
    if (!node.range) return { place }
    const [start, end] = node.range
    return { place, span: { start, end, ...(key !== undefined && { key }) } }
  }

  #blockPlace(node: Scalar, value: string): Place {
    const header = this.#placeAt(node.range?.[0])
    const start = this.#source.indexOf('\n', node.range?.[0] ?? 0) + 1
    const written = indentation(this.#source.slice(start))
    const kept = indentation(value)
    return { file: this.#file, line: header.line + 1, column: Math.max(1, written - kept + 1) }
  }

  #aliased(node: Alias, key: number | undefined): Built {
    const name = node.source
    const { place, span } = this.#at(node, key)
    const built = this.#anchors.get(name)
    if (built !== undefined) {
      const tree = { ...built.tree, place, ...(span && { alias: span }) }
      return { tree, size: built.size }
    }
    const known = this.#anchors.has(name)
    throw this.#error(place, known ? `*${name} contains itself` : `nothing is anchored as &${name}`)
  }

  #placeAt(offset: number | undefined): Place {
    const { line, col } = this.#lines.linePos(offset ?? 0)
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) }
  }

  #error({ line, column }: Place, reason: string): PipelineError {
    return new PipelineError('workflow_unparseable', { file: this.#file, line, column, reason })
  }
}

function keyOffset({ key }: Pair): number | undefined {
  return isScalar(key) ? key.range?.[0] : undefined
}

/** Spaces before the first line that is not blank. */
function indentation(text: string): number {
  return /^(?:[ \t\r]*\n)*( *)/.exec(text)?.[1]?.length ?? 0
}

/** Keys are words to both CIs; `on`, `20` and `true` as keys are what is written. */
function keyOf(pair: Pair): string | undefined {
  const key = pair.key
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

/** Of several merged maps the first that has a key wins, as in the YAML 1.1 merge type. */
function mergeInto(merged: Map<string, Tree>, tree: Tree): void {
  const maps = Array.isArray(tree.value) ? tree.value : [tree]
  for (const map of maps) {
    if (!(map.value instanceof Map)) continue
    for (const [name, value] of map.value) if (!merged.has(name)) merged.set(name, value)
  }
}
