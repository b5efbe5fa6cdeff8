import { refuse } from '../errors.ts'
import { type Json, type JsonObject, JsonPatch } from '../json-patch.ts'
import type { Project } from '../project.ts'
import { FileBase, type FileBaseOptions } from './file.ts'

export interface ObjectFileOptions extends FileBaseOptions {
  /** What the file holds; a function is called when the file is rendered. Functions inside are called as well. */
  readonly obj?: unknown
  /**
   * Whether empty lists and objects are left out.
   * @default false
   */
  readonly omitEmpty?: boolean | undefined
}

type Change = (document: Json) => Json

/** A file that is an object: it can be changed in any place after it was described. */
export abstract class ObjectFile extends FileBase {
  readonly #obj: unknown
  readonly #omitEmpty: boolean
  readonly #overrides: Change[] = []
  readonly #patches: (readonly JsonPatch[])[] = []

  constructor(project: Project, path: string, options: ObjectFileOptions = {}) {
    super(project, path, options)
    this.#obj = options.obj ?? {}
    this.#omitEmpty = options.omitEmpty ?? false
  }

  /** Sets `jobs.release.env.X` and whatever is missing on the way. A dot in a name is written `\\.`. */
  addOverride(path: string, value: unknown): void {
    this.#overrides.push((document) => setAt(document, splitPath(path), () => plain(value)))
  }

  /** Removes a member; that it is not there is fine. */
  addDeletionOverride(path: string): void {
    this.#overrides.push((document) => setAt(document, splitPath(path), () => undefined))
  }

  /** Adds to the end of a list, which is made if it is missing. */
  addToArray(path: string, ...values: readonly unknown[]): void {
    const more = values.flatMap((value) => plain(value) ?? [])
    this.#overrides.push((document) =>
      setAt(document, splitPath(path), (list) => [...(Array.isArray(list) ? list : []), ...more]),
    )
  }

  /**
   * Applies JSON patches (RFC 6902) after all overrides. The patches of one call are applied together or not at all;
   * one that does not fit is an error when the file is rendered.
   */
  patch(...patches: readonly JsonPatch[]): void {
    this.#patches.push(patches)
  }

  /** The object with everything applied that was added to it. */
  protected resolved(): JsonObject {
    let document: Json = plain(this.#obj) ?? {}
    for (const override of this.#overrides) document = override(document)
    for (const group of this.#patches) document = JsonPatch.applyIn(this.path, document, ...group)
    const kept = this.#omitEmpty ? withoutEmpty(document) : document
    if (isObject(kept)) return kept
    throw refuse('patch_failed', {
      operation: 'replace /',
      file: this.path,
      reason: 'the file must hold an object.',
    })
  }
}

/** A copy that is JSON: functions are called, sets become lists, what is undefined is dropped. */
function plain(value: unknown): Json | undefined {
  if (typeof value === 'function') return plain((value as () => unknown)())
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Set) return plain([...value])
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (Array.isArray(value))
    return value.flatMap((item) => {
      const one = plain(item)
      return one === undefined ? [] : [one]
    })
  if (typeof value !== 'object') return undefined
  const copy: JsonObject = {}
  for (const [key, member] of Object.entries(value)) {
    const one = plain(member)
    if (one !== undefined) define(copy, key, one)
  }
  return copy
}

/** `__proto__` is a name like any other in a file. */
function define(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

function splitPath(path: string): string[] {
  return path
    .split(/(?<!\\)\./)
    .map((part) => part.replaceAll('\\.', '.'))
    .filter((part) => part !== '')
}

/** A copy of the document in which the place is what `change` makes of it; undefined takes it out. */
function setAt(
  document: Json,
  [key, ...rest]: readonly string[],
  change: (old: Json | undefined) => Json | undefined,
): Json {
  if (key === undefined) return change(document) ?? {}
  if (Array.isArray(document) && /^\d+$/.test(key)) {
    const at = Number(key)
    const value = rest.length === 0 ? change(document[at]) : setAt(document[at] ?? {}, rest, change)
    return value === undefined
      ? document.filter((_, index) => index !== at)
      : document.toSpliced(at, 1, value)
  }
  const object: JsonObject = isObject(document) ? { ...document } : {}
  const value = rest.length === 0 ? change(object[key]) : setAt(object[key] ?? {}, rest, change)
  if (value === undefined) delete object[key]
  else define(object, key, value)
  return object
}

function withoutEmpty(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, member]) => [key, withoutEmpty(member)] as const)
  return Object.fromEntries(entries.filter(([, member]) => !isEmpty(member)))
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
