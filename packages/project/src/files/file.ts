import { posix } from 'node:path'
import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import type { Project } from '../project.ts'

export interface FileBaseOptions {
  /**
   * Whether the file says that it is generated. Files without the marker are recognised by their digest.
   * @default true
   */
  readonly marker?: boolean | undefined
  /** @default false */
  readonly executable?: boolean | undefined
  /**
   * Whether git ignores the file.
   * @default true
   */
  readonly committed?: boolean | undefined
}

/** A file that the definition generates. */
export abstract class FileBase extends Component {
  /** Relative to the project, with `/`. */
  readonly path: string
  readonly marker: boolean
  executable: boolean

  constructor(project: Project, path: string, options: FileBaseOptions = {}) {
    super(project)
    this.path = inside(path, project)
    this.marker = options.marker ?? true
    this.executable = options.executable ?? false
    project.addFile(this)
    if (options.committed === false) project.gitignore?.addPatterns(`/${this.path}`)
  }

  get absolutePath(): string {
    return posix.join(this.project.outdir, this.path)
  }

  /** The text of the file; undefined if it is not to be written. */
  protected abstract synthesizeContent(): string | undefined

  /** What synthesis writes. */
  content(): string | undefined {
    return this.synthesizeContent()
  }

  /** Whether a file that is there already is left alone: it then belongs to the person who changes it. */
  get onlyOnce(): boolean {
    return false
  }
}

function inside(path: string, project: Project): string {
  const normal = posix.normalize(path.replaceAll('\\', '/')).replace(/\/$/, '')
  if (/^(?:|\.|\.\.(?:\/.*)?)$/s.test(normal) || posix.isAbsolute(normal) || path.includes('\0')) {
    throw refuse('file_outside', { path, root: project.outdir })
  }
  return normal
}
