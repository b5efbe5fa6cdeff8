import { type FSWatcher, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { importsOf } from './imports.ts'

/** Editors write a file in several steps; what comes within this time belongs together. */
const SETTLE_MS = 100

export interface RunOptions {
  /** The absolute path of the definition. */
  readonly definition: string
  /** Brings everything up to date; returns the absolute paths of the files that it wrote. Must not throw. */
  readonly run: () => Promise<readonly string[]>
  /** Watching ends when this does. */
  readonly until: Promise<void>
}

/**
 * Runs at once, and again whenever the text of the definition changes, or of a file that it imports. What the run wrote
 * itself is no change.
 */
export async function runOnChanges({ definition, run, until }: RunOptions): Promise<void> {
  let ended = false
  const end = until.then(() => {
    ended = true
  })
  while (!ended) {
    const change = new Change(importsOf(definition).files)
    try {
      const written = await Promise.race([run(), end])
      if (written === undefined) return
      change.forget(written)
      await Promise.race([change.happened(), end])
    } finally {
      change.close()
    }
  }
}

/** Watches files from the moment that it is made, so that what is saved during a run is not missed. */
class Change {
  readonly #texts: Map<string, string | undefined>
  readonly #watchers: readonly FSWatcher[]
  #wake: () => void = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(files: readonly string[]) {
    this.#texts = new Map(files.map((file) => [file, textOf(file)]))
    // Folders, because editors replace files, and a watched file that is replaced is watched no more.
    const folders = [...new Set(files.map((file) => dirname(file)))]
    this.#watchers = folders.flatMap((folder) => this.#watch(folder) ?? [])
  }

  /** What these files hold now is what they held before. */
  forget(files: readonly string[]): void {
    for (const file of files) if (this.#texts.has(file)) this.#texts.set(file, textOf(file))
  }

  happened(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        if ([...this.#texts].some(([file, text]) => textOf(file) !== text)) resolve()
      }
      this.#settle()
    })
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  #watch(folder: string): FSWatcher | undefined {
    const names = new Set(
      [...this.#texts.keys()].filter((f) => dirname(f) === folder).map((f) => basename(f)),
    )
    try {
      return watch(folder, (_, name) => {
        if (name === null || names.has(name)) this.#settle()
      })
    } catch (error) {
      // An import that leads nowhere yet; the file that names it is watched.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#wake(), SETTLE_MS)
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
