import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
} from 'yaml'
import type { Span } from '../yaml/tree.ts'
import { applyEdits, type Edit, type SourceFile } from './edit.ts'

/** What a YAML text says, scalars as they are written, aliases as what they stand for. */
export type Value = string | null | readonly Value[] | ReadonlyMap<string, Value>

/**
 * The edits, if the file says afterwards what it said before, but for the value at `target`, which is to be `meant`.
 * YAML has more ways to write a thing than edits of text can foresee: whatever else would change is not edited.
 */
export function asMeant(
  { text }: SourceFile,
  edits: readonly Edit[],
  target: Span,
  meant: (before: Value) => Value | undefined,
): readonly Edit[] | undefined {
  const expected = valuesOf(text, { target, meant })
  if (expected === undefined) return undefined
  return isDeepStrictEqual(expected, valuesOf(applyEdits(text, edits))) ? edits : undefined
}

/** What the lines of a block say, or undefined if they are not YAML. */
export function valueOfLines(lines: readonly string[]): Value | undefined {
  return valuesOf(lines.join('\n'))?.[0]
}

interface Replaced {
  readonly target: Span
  readonly meant: (before: Value) => Value | undefined
}

/** The value of each document. Undefined for what is not YAML, and where nothing stands at the target. */
function valuesOf(text: string, replaced?: Replaced): readonly Value[] | undefined {
  const documents = replaced === undefined ? documentsOf(text) : unedited(text)
  if (!Array.isArray(documents)) return undefined
  if (documents.some(({ errors }) => errors.length > 0)) return undefined
  const reader = new Reader(text.length, replaced)
  try {
    const values = documents.map((document) => reader.read(document.contents, document))
    return replaced !== undefined && reader.replacements === 0 ? undefined : values
  } catch (error) {
    if (error instanceof Unreadable || error instanceof RangeError) return undefined
    throw error
  }
}

type Documents = ReturnType<typeof parseAllDocuments>

function documentsOf(text: string): Documents {
  // The last line of a block scalar says the same with a line break behind it and without.
  return parseAllDocuments(text.endsWith('\n') ? text : `${text}\n`, {
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  })
}

/** Many edits are tried on one text, one after the other: it is parsed once. */
let last: { readonly text: string; readonly documents: Documents } | undefined

function unedited(text: string): Documents {
  if (last?.text !== text) last = { text, documents: documentsOf(text) }
  return last.documents
}

class Unreadable extends Error {}

class Reader {
  readonly #length: number
  readonly #replaced: Replaced | undefined
  replacements = 0

  constructor(length: number, replaced: Replaced | undefined) {
    this.#length = length
    this.#replaced = replaced
  }

  read(node: unknown, document: Document): Value {
    if (isAlias(node)) {
      const anchored = node.resolve(document)
      if (anchored === undefined) throw new Unreadable()
      return this.read(anchored, document)
    }
    const value = this.#valueOf(node, document)
    if (!isNode(node) || !this.#isTarget(node)) return value
    const meant = this.#replaced?.meant(value)
    if (meant === undefined) throw new Unreadable()
    this.replacements++
    return meant
  }

  #valueOf(node: unknown, document: Document): Value {
    if (isMap(node)) {
      return new Map(
        node.items.map(({ key, value }) => {
          const name = this.read(key, document)
          if (typeof name !== 'string') throw new Unreadable()
          return [name, this.read(value, document)]
        }),
      )
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item, document))
      return node.tag?.startsWith('!') === true ? [node.tag, items] : items
    }
    if (!isScalar(node) || node.value === null) return null
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
  }

  #isTarget({ range }: Node): boolean {
    const target = this.#replaced?.target
    if (target === undefined || !range) return false
    return range[0] === target.start && Math.min(range[1], this.#length) === target.end
  }
}
