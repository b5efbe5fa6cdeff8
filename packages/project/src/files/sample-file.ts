import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import type { Project } from '../project.ts'
import { FileBase, type FileBaseOptions } from './file.ts'

export interface SampleFileOptions extends Pick<FileBaseOptions, 'executable'> {
  readonly contents: string
}

/** A file to start from: written if it is not there, and from then on somebody's own. */
export class SampleFile extends FileBase {
  readonly #contents: string

  constructor(project: Project, path: string, { contents, ...options }: SampleFileOptions) {
    super(project, path, { ...options, marker: false })
    this.#contents = contents
  }

  override get onlyOnce(): boolean {
    return true
  }

  protected override synthesizeContent(): string {
    return this.#contents
  }
}

/** A folder to start from, file by file. One that is there already is left as it is. */
export class SampleDir {
  constructor(
    project: Project,
    directory: string,
    { files }: { readonly files: Readonly<Record<string, string>> },
  ) {
    if (existsSync(posix.join(project.outdir, directory))) return
    for (const [name, contents] of Object.entries(files)) {
      new SampleFile(project, `${directory}/${name}`, { contents })
    }
  }
}
