import { isList, isMap, type Span, type Tree } from '../yaml/tree.ts'
import { type Dialect, parseYaml } from '../yaml/yaml-file.ts'
import { applyEdits, type Edit } from './edit.ts'

export const FILE = 'w.yml'

/** The value of a text. */
export function parse(text: string, dialect: Dialect = 'github'): Tree {
  return parseYaml(FILE, text, dialect)
}

/** A text after edits, of which there may be none. */
export function after(text: string, edits: readonly Edit[] | Edit | undefined): string | undefined {
  if (edits === undefined) return undefined
  return applyEdits(text, 'file' in edits ? [edits] : edits)
}

/** Plain data, for comparison. */
export type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain }

/** What a tree says, after a change of the value at a span, wherever an alias stands for it. */
export function plain(tree: Tree, at?: Span, change: (value: Plain) => Plain = (v) => v): Plain {
  const value = plainValue(tree, at, change)
  const isThere = at !== undefined && tree.span?.start === at.start && tree.span.end === at.end
  return isThere ? change(value) : value
}

function plainValue(tree: Tree, at: Span | undefined, change: (value: Plain) => Plain): Plain {
  if (isMap(tree)) {
    const entries = [...tree.value].map(([key, value]) => [key, plain(value, at, change)])
    return Object.fromEntries(entries)
  }
  if (isList(tree)) return tree.value.map((item) => plain(item, at, change))
  return typeof tree.value === 'string' ? tree.value : null
}

/** Every value of a tree, outermost first. */
export function treesIn(tree: Tree): readonly Tree[] {
  const inner = isMap(tree) ? [...tree.value.values()] : isList(tree) ? tree.value : []
  return [tree, ...inner.flatMap(treesIn)]
}

/** A text without the ranges that edits change, before and after. */
export function outside(text: string, edits: readonly Edit[]): { before: string; after: string } {
  const distinct = [...new Map(edits.map((edit) => [`${edit.start}-${edit.end}`, edit])).values()]
  const ordered = distinct.toSorted((a, b) => a.start - b.start)
  const result = applyEdits(text, edits)
  let [before, kept, shift, position] = ['', '', 0, 0]
  for (const { start, end, text: added } of ordered) {
    before += text.slice(position, start)
    kept += result.slice(position + shift, start + shift)
    shift += added.length - (end - start)
    position = end
  }
  return { before: before + text.slice(position), after: kept + result.slice(position + shift) }
}

/** The numbered comments of a random text. */
export function commentsIn(text: string): readonly string[] {
  return [...text.matchAll(/# c\d+\./g)].map(([comment]) => comment)
}
