import type { Project } from '../project.ts'
import { FileBase, type FileBaseOptions } from './file.ts'

export interface TextFileOptions extends FileBaseOptions {
  readonly lines?: readonly string[] | undefined
  /** The whole text, made when the file is rendered; in place of lines. */
  readonly text?: (() => string) | undefined
}

/** A file of lines. It carries the marker only where a line of it does (`project.marker`), as in projen. */
export class TextFile extends FileBase {
  readonly #lines: string[]
  readonly #text: (() => string) | undefined

  constructor(project: Project, path: string, options: TextFileOptions = {}) {
    super(project, path, { ...options, marker: options.marker ?? false })
    this.#lines = [...(options.lines ?? [])]
    this.#text = options.text
  }

  addLine(line: string): void {
    this.#lines.push(line)
  }

  protected override synthesizeContent(): string {
    const text = this.#text?.() ?? this.#lines.join('\n')
    return text.endsWith('\n') || text === '' ? text : `${text}\n`
  }
}
