import { join } from 'node:path'
import type { PublishStep } from '@trustpub/pipeline'

/** Flags of npm's clients that take the next word. */
const VALUED = new Set(['--tag', '--access', '--loglevel', '--userconfig', '--cache'])

const TARBALL = /\.(?:tgz|tar\.gz)$/

/**
 * `npm publish --tag "$DIST_TAG"`: arguments that only a run knows. The tag follows from the version, a package is
 * named by its directory, all else is left out.
 * @param version of what is published
 * @returns the step with arguments that mean something, and what was changed, as sentences
 */
export function closeArguments(
  root: string,
  step: PublishStep,
  version: string,
): { readonly step: PublishStep; readonly notes: readonly string[] } {
  if (step.ecosystem !== 'npm') return { step, notes: [] }
  const args: string[] = []
  const notes: string[] = []
  const played = (flag: string, written: string, value: string) =>
    notes.push(`${flag} is ${written}, which only a run knows; it was played as ${value}.`)
  for (let at = 0; at < step.args.length; at++) {
    const arg = step.args[at] ?? ''
    const [flag = '', inline] = /^(--[\w-]+)=(.*)$/s.exec(arg)?.slice(1) ?? [arg]
    const value = inline ?? (VALUED.has(flag) ? step.args[++at] : undefined)
    if (value === undefined) {
      const [directory = '.', ...others] = step.packages
      if (!isOpen(arg) || TARBALL.test(arg)) args.push(arg)
      else if (others.length === 0) {
        args.push(join(root, directory))
        notes.push(`${arg} is only known to a run; the package in ${directory} was published.`)
      }
    } else if (!isOpen(value)) args.push(...(VALUED.has(flag) ? [flag, value] : [arg]))
    else if (flag === '--tag') {
      args.push(flag, distTag(version))
      played(flag, value, distTag(version))
    } else notes.push(`${flag} ${value} is left out, as only a run knows it.`)
  }
  return { step: { ...step, args }, notes }
}

/** Text that holds something which only a run knows. */
function isOpen(text: string): boolean {
  return /[$`]/.test(text)
}

/**
 * The dist-tag that a version goes by: `latest`, or the name of the prerelease (1.0.0-beta.2 → beta). npm refuses
 * numbers and single letters, which could be ranges.
 */
function distTag(version: string): string {
  const prerelease = /^\d+\.\d+\.\d+-([\w-]+)/.exec(version)?.[1]
  if (prerelease === undefined) return 'latest'
  return /^[a-z]{2}/i.test(prerelease) ? prerelease : 'next'
}
