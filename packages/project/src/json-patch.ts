import { refuse } from './errors.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [name: string]: Json
}

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string }

/** Where a pointer leads: a container that is there, and the key in it. */
type Target =
  | { readonly list: Json[]; readonly index: number }
  | { readonly object: JsonObject; readonly name: string }

/**
 * An operation of a JSON patch (RFC 6902). A member that is missing is an error, which names the path and says what is
 * there instead. Beyond the RFC a list's element can be named by its `id`: `/jobs/release/steps/#build/env/X`.
 */
export class JsonPatch {
  readonly #operation: Operation

  private constructor(operation: Operation) {
    this.#operation = operation
  }

  /** Adds a member, or inserts before a list's element; `-` stands for the end of a list. */
  static add(path: string, value: unknown): JsonPatch {
    return new JsonPatch({ op: 'add', path, value: copyOf(value) })
  }

  static remove(path: string): JsonPatch {
    return new JsonPatch({ op: 'remove', path })
  }

  static replace(path: string, value: unknown): JsonPatch {
    return new JsonPatch({ op: 'replace', path, value: copyOf(value) })
  }

  static move(from: string, path: string): JsonPatch {
    return new JsonPatch({ op: 'move', from, path })
  }

  static copy(from: string, path: string): JsonPatch {
    return new JsonPatch({ op: 'copy', from, path })
  }

  /** Fails unless the value at the path is equal to this one. */
  static test(path: string, value: unknown): JsonPatch {
    return new JsonPatch({ op: 'test', path, value: copyOf(value) })
  }

  /** A name as a part of a pointer: `/` and `~` are written `~1` and `~0` (RFC 6901). */
  static escapePath(name: string): string {
    return name.replaceAll('~', '~0').replaceAll('/', '~1')
  }

  /**
   * The document with all patches applied, or an error and no change at all.
   * @throws ProjectError `patch_failed`, `pointer_invalid`
   */
  static apply(document: unknown, ...patches: readonly JsonPatch[]): Json {
    return JsonPatch.applyIn('the document', copyOf(document), ...patches)
  }

  /** The same, with a name for the document in errors. */
  static applyIn(file: string, document: Json, ...patches: readonly JsonPatch[]): Json {
    // Around the document, so that the empty pointer has a container too.
    const root: JsonObject = { document: copyOf(document) }
    for (const patch of patches) new Application(file, root, patch.#operation).run()
    return root.document ?? null
  }
}

/** One operation on one document. */
class Application {
  readonly #file: string
  readonly #root: JsonObject
  readonly #operation: Operation

  constructor(file: string, root: JsonObject, operation: Operation) {
    this.#file = file
    this.#root = root
    this.#operation = operation
  }

  run(): void {
    const operation = this.#operation
    const { path } = operation
    switch (operation.op) {
      case 'add':
        this.#insert(path, copyOf(operation.value))
        break
      case 'remove':
        this.#take(path)
        break
      case 'replace':
        this.#put(path, copyOf(operation.value))
        break
      case 'copy':
        this.#insert(path, copyOf(this.#read(operation.from)))
        break
      case 'move':
        this.#move(operation.from, path)
        break
      case 'test':
        this.#compare(path, operation.value)
    }
  }

  #move(from: string, path: string): void {
    if (path.startsWith(`${from}/`)) throw this.#failure(`${from} cannot be moved into itself.`)
    this.#insert(path, this.#take(from))
  }

  #compare(path: string, expected: Json): void {
    const actual = this.#read(path)
    if (isEqual(actual, expected)) return
    throw this.#failure(`at ${path} is ${brief(actual)}, not ${brief(expected)}.`)
  }

  #read(path: string): Json {
    const target = this.#existing(path)
    return ('list' in target ? target.list[target.index] : target.object[target.name]) ?? null
  }

  #put(path: string, value: Json): void {
    const target = this.#existing(path)
    if ('list' in target) target.list[target.index] = value
    else define(target.object, target.name, value)
  }

  #take(path: string): Json {
    const value = this.#read(path)
    const target = this.#existing(path)
    if ('list' in target) target.list.splice(target.index, 1)
    else delete target.object[target.name]
    return value
  }

  #insert(path: string, value: Json): void {
    const target = this.#target(path, true)
    if ('list' in target) target.list.splice(target.index, 0, value)
    else define(target.object, target.name, value)
  }

  #existing(path: string): Target {
    const target = this.#target(path, false)
    const there =
      'list' in target
        ? target.index < target.list.length
        : Object.hasOwn(target.object, target.name)
    if (there) return target
    const [container, key] =
      'list' in target ? [target.list, target.index] : [target.object, target.name]
    throw this.#failure(
      `${path} is not there: ${parentOf(path)} has no ${key}, it has ${namesIn(container)}.`,
    )
  }

  #target(path: string, atEnd: boolean): Target {
    const keys = ['document', ...parsePointer(path)]
    const last = keys.pop() ?? ''
    let container: Json = this.#root
    let walked = ''
    for (const key of keys) {
      const next: Json | undefined = this.#step(container, key, walked, path)
      walked = container === this.#root ? '' : `${walked}/${key}`
      container = next
    }
    if (Array.isArray(container))
      return { list: container, index: this.#index(container, last, path, atEnd) }
    if (isObject(container)) return { object: container, name: last }
    throw this.#failure(
      `${path} leads into ${brief(container)} at ${walked || 'the top'}, which has no members.`,
    )
  }

  #step(container: Json, key: string, walked: string, path: string): Json {
    if (Array.isArray(container)) return container[this.#index(container, key, path, false)] ?? null
    if (isObject(container) && Object.hasOwn(container, key)) return container[key] ?? null
    if (!isObject(container)) {
      throw this.#failure(
        `${path} leads into ${brief(container)} at ${walked || 'the top'}, which has no members.`,
      )
    }
    throw this.#failure(
      `${path} is not there: ${walked || 'the document'} has no ${key}, it has ${namesIn(container)}.`,
    )
  }

  #index(list: readonly Json[], key: string, path: string, atEnd: boolean): number {
    if (key === '-' && atEnd) return list.length
    const index = key.startsWith('#')
      ? list.findIndex((item) => isObject(item) && item.id === key.slice(1))
      : /^(?:0|[1-9]\d*)$/.test(key)
        ? Number(key)
        : -1
    if (index >= 0 && index < list.length + (atEnd ? 1 : 0)) return index
    throw this.#failure(
      `${path} is not there: ${parentOf(path)} has no ${key}, it has ${namesIn(list)}.`,
    )
  }

  #failure(reason: string): Error {
    const { op, path } = this.#operation
    return refuse('patch_failed', { operation: `${op} ${path}`, file: this.#file, reason })
  }
}

function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer))
    throw refuse('pointer_invalid', { pointer })
  const parts = pointer.slice(1).split('/')
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || 'the document'
}

/** `build, test` or `3 elements (0: checkout, 1, 2: release)`: what a person could have meant. */
function namesIn(container: JsonObject | readonly Json[]): string {
  if (!Array.isArray(container)) return Object.keys(container).join(', ') || 'no members'
  const elements = container.map((item, index) =>
    isObject(item) && typeof item.id === 'string' ? `${index}: #${item.id}` : String(index),
  )
  return elements.length === 0 ? 'no elements' : `the elements ${elements.join(', ')}`
}

/** Values in sentences are cut after so many characters. */
const BRIEF = 60

function brief(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text
}

function copyOf(value: unknown): Json {
  const text = JSON.stringify(value)
  return text === undefined ? null : (JSON.parse(text) as Json)
}

/** Sets a member; `__proto__` is a name like any other in a file. */
export function define(object: JsonObject, name: string, value: Json): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equal as RFC 6902 section 4.6 has it: the order of members does not count. */
function isEqual(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index] ?? null))
  }
  if (!isObject(a) || !isObject(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name] ?? null, b[name] ?? null))
  )
}
