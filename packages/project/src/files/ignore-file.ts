import type { Project } from '../project.ts'
import { FileBase, type FileBaseOptions } from './file.ts'

export interface IgnoreFileOptions extends FileBaseOptions {
  readonly ignorePatterns?: readonly string[] | undefined
}

/** A file of patterns, such as `.gitignore`: a later pattern beats an earlier one, and none stands twice. */
export class IgnoreFile extends FileBase {
  readonly #patterns: string[] = []

  constructor(project: Project, path: string, options: IgnoreFileOptions = {}) {
    super(project, path, options)
    this.addPatterns(...(options.ignorePatterns ?? []))
  }

  /** Adds patterns as they are; `!` takes out of what is ignored. */
  addPatterns(...patterns: readonly string[]): void {
    for (const pattern of patterns) {
      this.removePatterns(pattern, opposite(pattern))
      this.#patterns.push(pattern)
    }
  }

  /** Ignores what matches. */
  exclude(...patterns: readonly string[]): void {
    this.addPatterns(...patterns.map((pattern) => pattern.replace(/^!/, '')))
  }

  /** Does not ignore what matches. */
  include(...patterns: readonly string[]): void {
    this.addPatterns(
      ...patterns.map((pattern) => (pattern.startsWith('!') ? pattern : `!${pattern}`)),
    )
  }

  removePatterns(...patterns: readonly string[]): void {
    for (const pattern of patterns) {
      const at = this.#patterns.indexOf(pattern)
      if (at >= 0) this.#patterns.splice(at, 1)
    }
  }

  protected override synthesizeContent(): string {
    const header = this.marker ? [`# ${this.project.marker}`] : []
    return `${[...header, ...this.#patterns].join('\n')}\n`
  }
}

function opposite(pattern: string): string {
  return pattern.startsWith('!') ? pattern.slice(1) : `!${pattern}`
}
