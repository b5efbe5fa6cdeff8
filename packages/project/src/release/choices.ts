import { refuse } from '../errors.ts'

/** What starts a release. */
export class ReleaseTrigger {
  readonly kind: 'continuous' | 'scheduled' | 'dispatch' | 'tagged'
  /** Patterns of paths, a cron expression or patterns of tags. */
  readonly values: readonly string[]

  private constructor(kind: ReleaseTrigger['kind'], values: readonly string[] = []) {
    this.kind = kind
    this.values = values
  }

  /** From an option, which no compiler has seen in a JavaScript definition. */
  static from(type: string, option: unknown): ReleaseTrigger {
    if (option === undefined) return ReleaseTrigger.continuous()
    if (option instanceof ReleaseTrigger) return option
    throw refuse('option_type', {
      type,
      option: 'releaseTrigger',
      expected: 'made by ReleaseTrigger',
      actual: JSON.stringify(option) ?? String(option),
    })
  }

  /** Every push to a release branch; `paths` limits it to pushes that change something there. */
  static continuous(options: { readonly paths?: readonly string[] } = {}): ReleaseTrigger {
    return new ReleaseTrigger('continuous', options.paths ?? [])
  }

  /** A schedule, as a cron expression. */
  static scheduled(options: { readonly schedule: string }): ReleaseTrigger {
    return new ReleaseTrigger('scheduled', [options.schedule])
  }

  /** Somebody starts the workflow. */
  static workflowDispatch(): ReleaseTrigger {
    return new ReleaseTrigger('dispatch')
  }

  /** The same as `workflowDispatch()`: publishing from a person's machine would need a stored token. */
  static manual(): ReleaseTrigger {
    return new ReleaseTrigger('dispatch')
  }

  /** Somebody pushes a version tag; the version is the tag's. */
  static tagged(options: { readonly tags?: readonly string[] } = {}): ReleaseTrigger {
    return new ReleaseTrigger('tagged', options.tags ?? [])
  }
}

/** Which commits are worth a release (conventionalcommits.org). */
export class ReleasableCommits {
  /** `every`, or the types of commits. */
  readonly types: 'every' | readonly string[]

  private constructor(types: 'every' | readonly string[]) {
    this.types = types
  }

  static everyCommit(): ReleasableCommits {
    return new ReleasableCommits('every')
  }

  static featuresAndFixes(): ReleasableCommits {
    return new ReleasableCommits(['feat', 'fix', 'perf', 'revert'])
  }

  static ofType(types: readonly string[]): ReleasableCommits {
    return new ReleasableCommits(types)
  }

  /** From an option, which is text in a JSON definition. */
  static from(type: string, option: unknown): ReleasableCommits {
    if (option instanceof ReleasableCommits) return option
    if (option === undefined || option === 'features-and-fixes')
      return ReleasableCommits.featuresAndFixes()
    if (option === 'every-commit') return ReleasableCommits.everyCommit()
    throw refuse('option_type', {
      type,
      option: 'releasableCommits',
      expected: 'features-and-fixes, every-commit, or made by ReleasableCommits',
      actual: JSON.stringify(option) ?? String(option),
    })
  }
}
