import { refuse } from '../errors.ts'
import type { Releasable } from './cliff-config.ts'

/** A branch that releases, and which versions it releases. */
export interface BranchSettings {
  readonly name: string
  /** Only versions of this line, e.g. 2 for 2.x.y. */
  readonly majorVersion?: number | undefined
  /** Of the line only this part, e.g. 4 for 2.4.x. */
  readonly minorVersion?: number | undefined
  /** No version below this major one. */
  readonly minMajorVersion?: number | undefined
  /** Prereleases only, with this identifier: `beta` for 1.2.0-beta.0. */
  readonly prerelease?: string | undefined
  /** npm's dist-tag for the versions of the branch where they are not the highest, or where it is the main branch. */
  readonly npmDistTag?: string | undefined
  /** The deployment environment of the jobs that publish, if it is not the one of all branches. */
  readonly environment?: string | undefined
}

/** What a project's releases are planned by. */
export interface PlanSettings {
  /** The command that runs git-cliff, e.g. `npx --yes git-cliff@2.14.2`. */
  readonly gitCliff: string
  /** What tags have before `v1.2.3`; empty unless a repository has several projects. */
  readonly tagPrefix: string
  readonly branches: readonly BranchSettings[]
  /** The project's folder, relative to the repository; only commits that touch it count. */
  readonly path?: string | undefined
  readonly releasable: Releasable
  /** Whether the version is needed in the spelling of PEP 440 as well. */
  readonly python?: boolean | undefined
}

/** How PEP 440 spells the identifiers of prereleases; it has no others. */
export const PEP_440_SPELLINGS: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  rc: 'rc',
  dev: '.dev',
}

/**
 * Refuses what would mean something else to the shell, to git or to a reader of the plan's output than it says here.
 * @throws ProjectError option_invalid, option_conflict
 */
export function checkPlanSettings({ tagPrefix, path = '.', branches }: PlanSettings): void {
  must('releaseTagPrefix', tagPrefix, TAG_PREFIX, 'git would not take such tags.')
  must('outdir', path, NO_PATTERN, 'git-cliff would take it for a pattern.')
  for (const branch of branches) {
    const { name, prerelease = 'beta', npmDistTag = 'latest', environment = 'release' } = branch
    must('branch', name, ONE_LINE, 'it must be one line.')
    must('prerelease', prerelease, IDENTIFIER, 'it must be a word such as beta, and not latest.')
    must('npmDistTag', npmDistTag, ONE_LINE, 'it must be one line.')
    must('environment', environment, ONE_LINE, 'it must be one line.')
    checkLine(branch)
  }
}

function checkLine({ name, majorVersion, minorVersion, minMajorVersion }: BranchSettings): void {
  for (const [option, value] of Object.entries({ majorVersion, minorVersion, minMajorVersion })) {
    must(option, String(value ?? 0), NUMBER, 'it must be a whole number.')
  }
  if (minorVersion === undefined || majorVersion !== undefined) return
  throw refuse('option_conflict', {
    type: 'The release',
    first: 'minorVersion',
    second: 'majorVersion',
    reason: `the branch ${name} has the first without the second.`,
  })
}

/** What `git check-ref-format` accepts and no shell or pattern takes for anything else. */
const TAG_PREFIX = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock\/))(?:[\w@+][\w@+./-]*)?$/
const NO_PATTERN = /^[^*?[\]{}\\!\p{Cc}]+$/u
/** A line break would forge an output of the plan. */
const ONE_LINE = /^\P{Cc}+$/u
const IDENTIFIER = /^(?!latest$)[A-Za-z][0-9A-Za-z-]*$/
/** Nine digits are within what every shell can count with. */
const NUMBER = /^(?:0|[1-9]\d{0,8})$/

function must(option: string, value: string, pattern: RegExp, reason: string): void {
  if (pattern.test(value)) return
  throw refuse('option_invalid', { type: 'The release', option, value, reason })
}
