import { refuse } from '../errors.ts'
import type { BranchOptions, ReleaseOptions } from '../options/release.ts'
import { requireEnvironment } from './environment.ts'
import { type BranchSettings, PEP_440_SPELLINGS } from './plan-settings.ts'

const PYTHON_PRERELEASES = Object.keys(PEP_440_SPELLINGS)

/**
 * The branches that release: the default one and those of `releaseBranches`.
 * @throws ProjectError `option_invalid`, `option_conflict`
 */
export function branchSettings(
  type: string,
  options: ReleaseOptions,
  python: boolean,
): readonly BranchSettings[] {
  const { majorVersion, minMajorVersion, prerelease, npmDistTag } = options
  const first: BranchOptions = { majorVersion, minMajorVersion, prerelease, npmDistTag }
  const defaultBranch = options.defaultReleaseBranch ?? 'main'
  const others = Object.entries(options.releaseBranches ?? {})
  if (others.some(([name]) => name === defaultBranch)) {
    throw refuse('option_conflict', {
      type,
      first: `defaultReleaseBranch: "${defaultBranch}"`,
      second: `releaseBranches["${defaultBranch}"]`,
      reason: 'the options of the project itself are those of its default branch.',
    })
  }
  return [[defaultBranch, first] as const, ...others].map(([name, branch], index) => {
    const at = index === 0 ? '' : `releaseBranches["${name}"].`
    checkBranch(type, name, branch, at, python)
    if (index > 0 && branch.npmDistTag === 'latest') {
      throw refuse('option_invalid', {
        type,
        option: `${at}npmDistTag`,
        value: 'latest',
        reason:
          'an old line or a prerelease would be what everybody installs. Leave it out: the dist-tag follows from the version.',
      })
    }
    return settingsOf(name, branch)
  })
}

function settingsOf(name: string, branch: BranchOptions): BranchSettings {
  const { majorVersion, minorVersion, minMajorVersion, prerelease, npmDistTag, environment } =
    branch
  const all = { majorVersion, minorVersion, minMajorVersion, prerelease, npmDistTag, environment }
  const given = Object.entries(all).filter(([, value]) => value !== undefined)
  return { name, ...Object.fromEntries(given) }
}

function checkBranch(
  type: string,
  name: string,
  branch: BranchOptions,
  at: string,
  python: boolean,
): void {
  const invalid = (option: string, value: string, reason: string): Error =>
    refuse('option_invalid', { type, option: at + option, value, reason })
  // git-check-ref-format(1), as far as it concerns shells and workflow files.
  if (!/^(?!\/)(?!.*(?:\.\.|\/\/|@\{))[^\s~^:?*"[\\\p{Cc}]+(?<![/.])$/u.test(name)) {
    throw invalid('branch', name, 'no git or no CI takes it as the name of a branch.')
  }
  const { prerelease, npmDistTag, majorVersion, minMajorVersion, environment } = branch
  requireEnvironment(type, `${at}environment`, environment)
  if (majorVersion !== undefined && minMajorVersion !== undefined) {
    throw refuse('option_conflict', {
      type,
      first: `${at}majorVersion`,
      second: `${at}minMajorVersion`,
      reason: 'the first holds the branch to one major version, the second lets it move on.',
    })
  }
  if (python && prerelease !== undefined && !PYTHON_PRERELEASES.includes(prerelease)) {
    throw invalid('prerelease', prerelease, `Python knows ${PYTHON_PRERELEASES.join(', ')} only.`)
  }
  if (npmDistTag !== undefined && !/^[A-Za-z][\w.-]*$/.test(npmDistTag)) {
    throw invalid('npmDistTag', npmDistTag, 'a dist-tag is letters, digits, dots and hyphens.')
  }
  if (npmDistTag !== undefined && /^v?\d/i.test(npmDistTag)) {
    throw invalid('npmDistTag', npmDistTag, 'npm refuses dist-tags that read like versions.')
  }
}
