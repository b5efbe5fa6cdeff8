import { refuse } from '../errors.ts'
import { define, isObject, type Json, type JsonObject, JsonPatch } from '../json-patch.ts'
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

/** What becomes of a place; undefined takes it out. */
type Change = (old: Json | undefined) => Json | undefined

/** A file that is an object: it can be changed in any place after it was described. */
export abstract class ObjectFile extends FileBase {
  readonly #obj: unknown
  readonly #omitEmpty: boolean
  readonly #overrides: ((document: Json) => Json)[] = []
  readonly #patches: (readonly JsonPatch[])[] = []

  constructor(project: Project, path: string, options: ObjectFileOptions = {}) {
    super(project, path, options)
    this.#obj = options.obj ?? {}
    this.#omitEmpty = options.omitEmpty ?? false
  }

  /** Sets `jobs.release.env.X` and whatever is missing on the way. A dot in a name is written `\\.`. */
  addOverride(path: string, value: unknown): void {
    this.#change('addOverride', path, () => plain(value))
  }

  /** Removes a member; that it is not there is fine. */
  addDeletionOverride(path: string): void {
    this.#change('addDeletionOverride', path, () => undefined)
  }

  /** Adds to the end of a list, which is made if it is missing. */
  addToArray(path: string, ...values: readonly unknown[]): void {
    this.#change('addToArray', path, (old) => [
      ...(Array.isArray(old) ? old : []),
      ...listOf(values),
    ])
  }

  /**
   * Applies JSON patches (RFC 6902) after all overrides. The patches of one call are applied together or not at all;
   * one that does not fit is an error when the file is rendered.
   */
  patch(...patches: readonly JsonPatch[]): void {
    this.#patches.push(patches)
  }

  #change(operation: string, path: string, change: Change): void {
    const misplaced = (name: string): Error =>
      refuse('patch_failed', {
        operation: `${operation} ${path}`,
        file: this.path,
        reason: `${name} leads into a list, whose elements have numbers from 0 on.`,
      })
    this.#overrides.push((document) => setAt(document, splitPath(path), change, misplaced) ?? {})
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
  if (typeof value !== 'object') return undefined
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON())
  if (value instanceof Set) return listOf([...value])
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (Array.isArray(value)) return listOf(value)
  const copy: JsonObject = {}
  for (const [key, member] of Object.entries(value)) {
    const one = plain(member)
    if (one !== undefined) define(copy, key, one)
  }
  return copy
}

function listOf(values: readonly unknown[]): Json[] {
  return values.map(plain).filter((one) => one !== undefined)
}

function splitPath(path: string): string[] {
  return path
    .split(/(?<!\\)\./)
    .map((part) => part.replaceAll('\\.', '.'))
    .filter((part) => part !== '')
}

/** A copy of the document with one place changed. What is missing on the way is made, but not to take something out. */
function setAt(
  document: Json | undefined,
  [key, ...rest]: readonly string[],
  change: Change,
  misplaced: (name: string) => Error,
): Json | undefined {
  if (key === undefined) return change(document)
  const value = setAt(memberOf(document, key), rest, change, misplaced)
  if (value === undefined && memberOf(document, key) === undefined) return document
  if (!Array.isArray(document)) return withMember(isObject(document) ? document : {}, key, value)
  if (!INDEX.test(key)) throw misplaced(key)
  return withElement(document, Number(key), value)
}

const INDEX = /^(?:0|[1-9]\d*)$/

function memberOf(document: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(document)) return INDEX.test(key) ? document[Number(key)] : undefined
  return isObject(document) && Object.hasOwn(document, key) ? document[key] : undefined
}

function withMember(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  const copy = { ...object }
  if (value === undefined) delete copy[key]
  else define(copy, key, value)
  return copy
}

/** An index behind the last element adds one. */
function withElement(list: readonly Json[], at: number, value: Json | undefined): Json[] {
  return value === undefined
    ? list.filter((_, index) => index !== at)
    : list.toSpliced(at, 1, value)
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
