import lt from 'semver/functions/lt.js'
import major from 'semver/functions/major.js'
import minor from 'semver/functions/minor.js'
import prerelease from 'semver/functions/prerelease.js'
import validRange from 'semver/ranges/valid.js'
import { refuse } from '../errors.ts'

/**
 * The dist-tag for a version where nobody named one: a prerelease gets the name of its kind (`beta` for 2.0.0-beta.1),
 * a version below the one that people install now gets the name of its line (`release-1.x`), all else is `latest`. So
 * neither can be installed by accident. `latest` is the version that has that tag now.
 */
export function deriveTag(version: string, latest: string | undefined): string {
  const [kind] = prerelease(version) ?? []
  if (kind !== undefined) {
    const usable = typeof kind === 'string' && kind !== 'latest' && problemOf(kind) === undefined
    return usable ? kind : 'next'
  }
  if (latest === undefined || prerelease(latest) !== null || !lt(version, latest)) return 'latest'
  const line = major(version) === 0 ? `0.${minor(version)}` : `${major(version)}`
  return `release-${line}.x`
}

/** @throws Refusal `tag_invalid` for what npm would take for a range of versions, or could not put into an address */
export function checkTag(tag: string): string {
  const reason = problemOf(tag)
  if (reason !== undefined) throw refuse('tag_invalid', { tag, reason })
  return tag
}

function problemOf(tag: string): string | undefined {
  if (validRange(tag) !== null) return 'it reads as a range of versions'
  return encodeURIComponent(tag) === tag ? undefined : 'it has signs that cannot be in an address'
}
