import type { Place } from '../place.ts'

/**
 * A YAML value with its place, aliases and merge keys resolved. Every scalar is text as written:
 * neither CI gives a meaning to the type of a scalar that matters here, and `1.10` stays `1.10`.
 */
export interface Tree {
  /** The key that the value stands under, so that a person lands on `environment:`, else the value itself. */
  readonly place: Place
  readonly value: string | null | readonly Tree[] | ReadonlyMap<string, Tree>
  /** Where the first line of a literal block (`|`) begins; its lines stand one below the other from there. */
  readonly block?: Place
  /** A tag that the CI interprets, e.g. `!reference`. */
  readonly tag?: string
  /** Where the value stands in the text of its file; for an alias where it is anchored. Absent for an empty value. */
  readonly span?: Span
  /** Where the alias stands, of a value that stands there as one. */
  readonly alias?: Span
  /** Of a file at GitLab that has one: the document before its configuration, with `spec:`. */
  readonly header?: Tree
  /** What follows `#` on the line of a scalar: the version beside a commit. */
  readonly comment?: string
}

/** Offsets into the text of a file. */
export interface Span {
  /** Of the key, where the value stands under one. */
  readonly key?: number
  readonly start: number
  /** Behind the last character of the value, without the comment or the line break that follows. */
  readonly end: number
}

/** The value under a path of keys; undefined if any of them is missing. */
export function child(tree: Tree | undefined, ...keys: readonly string[]): Tree | undefined {
  let current = tree
  for (const key of keys) current = isMap(current) ? current.value.get(key) : undefined
  return current
}

/** The text of a scalar; undefined for null, lists and maps. */
export function textOf(tree: Tree | undefined): string | undefined {
  return typeof tree?.value === 'string' ? tree.value : undefined
}

/** The items of a list; nothing for all else. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return isList(tree) ? tree.value : []
}

/** The entries of a map; nothing for all else. */
export function entriesOf(tree: Tree | undefined): readonly (readonly [string, Tree])[] {
  return isMap(tree) ? [...tree.value] : []
}

/** One text or a list of texts, as both CIs let people write it: `tags: v*` and `tags: [v*]`. */
export function textsOf(tree: Tree | undefined): readonly string[] {
  const one = textOf(tree)
  if (one !== undefined) return [one]
  return itemsOf(tree).flatMap((item) => textOf(item) ?? [])
}

export function isMap(tree: Tree | undefined): tree is Tree & { value: ReadonlyMap<string, Tree> } {
  return tree?.value instanceof Map
}

export function isList(tree: Tree | undefined): tree is Tree & { value: readonly Tree[] } {
  return Array.isArray(tree?.value)
}

/** The place of a line (from 0) of a script: exact in a literal block, else where the script is. */
export function placeOfLine(script: Tree, line: number): Place {
  if (script.block === undefined) return script.place
  return { ...script.block, line: script.block.line + line }
}

/** `file:line`, as people and editors write a place. */
export function spell(place: Place): string {
  return `${place.file}:${place.line}`
}
