import { normalisedName } from './python-names.ts'

/** A version at an npm registry. */
export interface NpmItem {
  readonly kind: 'npm'
  readonly name: string
  readonly version: string
  /** The registry's address, with a slash at the end. */
  readonly registry: URL
  /** What a lock file says of the tarball; without it the tarball is downloaded. Empty: it should, but does not. */
  readonly integrity?: string
}

/** A version at a Python index. */
export interface PypiItem {
  readonly kind: 'pypi'
  readonly name: string
  readonly version: string
  /** The address of the simple API, with a slash at the end. */
  readonly registry: URL
  /** The files that a lock file allows, in hex; without it all files of the version are downloaded. */
  readonly sha256?: readonly string[]
}

/** A file on this machine. */
export interface FileItem {
  readonly kind: 'file'
  readonly path: string
  /** Where its bundle or attestation is, if not beside it. */
  readonly bundle: string | undefined
}

/** An entry of a lock file that no registry can vouch for. */
export interface SkippedItem {
  readonly kind: 'skipped'
  readonly title: string
  /** As policies know it, e.g. `npm:widget`. */
  readonly subject: string
  /** As half a sentence, e.g. `comes from git`. */
  readonly reason: string
}

/** Something to verify. */
export type Item = NpmItem | PypiItem | FileItem | SkippedItem

/** `npm:@acme/widget@1.0.0`, `pypi:widget==1.0`, or a path. */
export function titleOf(item: Item): string {
  if (item.kind === 'skipped') return item.title
  if (item.kind === 'file') return item.path
  return `${item.kind}:${item.name}${item.kind === 'npm' ? '@' : '=='}${item.version}`
}

/** As policies know it, without the version: `npm:@acme/widget`, `pypi:acme-widget` (normalised), or a path. */
export function subjectOf(item: Item): string {
  if (item.kind === 'npm') return `npm:${item.name}`
  if (item.kind === 'pypi') return `pypi:${normalisedName(item.name)}`
  return item.kind === 'file' ? item.path : item.subject
}
