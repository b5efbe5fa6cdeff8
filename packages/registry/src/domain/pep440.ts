import { InvalidUpload, quoted } from '../invalid-upload.ts'

/** A version under PEP 440. Numbers have any size, as Python's do. */
export interface Pep440Version {
  readonly epoch: bigint
  readonly release: readonly bigint[]
  readonly pre: { readonly phase: 'a' | 'b' | 'rc'; readonly number: bigint } | undefined
  readonly post: bigint | undefined
  readonly dev: bigint | undefined
  readonly local: readonly (bigint | string)[]
  /** The canonical text (PEP 440, "Normalization"): equal versions may still differ in trailing zeros. */
  readonly normalised: string
}

/** Far above any real version, and short enough for a file name. */
const MAX_VERSION_LENGTH = 128

/** PEP 440 appendix B, with its `v` prefix and surrounding white space. */
const VERSION = new RegExp(
  [
    /^\s*v?/,
    /(?:(?<epoch>[0-9]+)!)?/,
    /(?<release>[0-9]+(?:\.[0-9]+)*)/,
    /(?:[-_.]?(?<phase>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]+)?)?/,
    /(?<post>-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?/,
    /(?<dev>[-_.]?dev[-_.]?[0-9]*)?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?/,
    /\s*$/,
  ]
    .map((part) => part.source)
    .join(''),
  'i',
)

/** Reads a version, or answers undefined for text that PEP 440 does not allow. */
export function readPep440(text: string): Pep440Version | undefined {
  if (text.length > MAX_VERSION_LENGTH) return undefined
  const found = VERSION.exec(text)?.groups
  if (found === undefined) return undefined
  const { epoch = '0', release = '', phase, preNumber = '0', post, dev, local } = found
  const parts = {
    epoch: BigInt(epoch),
    release: release.split('.').map(BigInt),
    pre: phase === undefined ? undefined : { phase: phaseOf(phase), number: BigInt(preNumber) },
    post: post === undefined ? undefined : trailingNumber(post),
    dev: dev === undefined ? undefined : trailingNumber(dev),
    local: local === undefined ? [] : local.toLowerCase().split(/[-_.]/).map(readLocalSegment),
  }
  return { ...parts, normalised: write(parts) }
}

/** @throws InvalidUpload version_invalid */
export function parsePep440(text: string): Pep440Version {
  const version = readPep440(text)
  if (version !== undefined) return version
  throw new InvalidUpload(
    'version_invalid',
    `${quoted(text)} is not a version under PEP 440; write it like 1.2.3, 1.2.3rc1 or 1.2.3.post1.`,
  )
}

/** Orders versions as PEP 440 does: negative if `a` comes before `b`, 0 if they are equal. */
export function comparePep440(a: Pep440Version, b: Pep440Version): number {
  return (
    order(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    order(preRank(a), preRank(b)) ||
    order(a.pre?.number ?? 0n, b.pre?.number ?? 0n) ||
    order(a.post ?? -1n, b.post ?? -1n) ||
    compareDev(a.dev, b.dev) ||
    compareLocals(a.local, b.local)
  )
}

function phaseOf(word: string): 'a' | 'b' | 'rc' {
  const initial = word.toLowerCase()[0]
  return initial === 'a' || initial === 'b' ? initial : 'rc'
}

function trailingNumber(part: string): bigint {
  return BigInt(/[0-9]*$/.exec(part)?.[0] ?? 0)
}

function readLocalSegment(segment: string): bigint | string {
  return /^[0-9]+$/.test(segment) ? BigInt(segment) : segment
}

function write(version: Omit<Pep440Version, 'normalised'>): string {
  const { epoch, release, pre, post, dev, local } = version
  const parts = [
    epoch === 0n ? '' : `${epoch}!`,
    release.join('.'),
    pre === undefined ? '' : `${pre.phase}${pre.number}`,
    post === undefined ? '' : `.post${post}`,
    dev === undefined ? '' : `.dev${dev}`,
    local.length === 0 ? '' : `+${local.join('.')}`,
  ]
  return parts.join('')
}

function order<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Missing release segments count as zero: 1.0 equals 1.0.0. */
function compareReleases(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = order(a[i] ?? 0n, b[i] ?? 0n)
    if (difference !== 0) return difference
  }
  return 0
}

/** 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 */
function preRank(version: Pep440Version): number {
  if (version.pre !== undefined) return 1 + ['a', 'b', 'rc'].indexOf(version.pre.phase)
  return version.post === undefined && version.dev !== undefined ? 0 : 4
}

/** A development release comes before what it leads to. */
function compareDev(a: bigint | undefined, b: bigint | undefined): number {
  if (a !== undefined && b !== undefined) return order(a, b)
  return order(a === undefined ? 1 : 0, b === undefined ? 1 : 0)
}

/** Segment by segment: letters come before numbers, and what is longer comes later. */
function compareLocals(a: Pep440Version['local'], b: Pep440Version['local']): number {
  for (const [i, left] of a.entries()) {
    const right = b[i]
    if (right === undefined) return 1
    const difference =
      typeof left === typeof right ? order(left, right) : typeof left === 'string' ? -1 : 1
    if (difference !== 0) return difference
  }
  return order(a.length, b.length)
}
