import { InvalidUpload, quoted } from '../invalid-upload.ts'
import { GzipReader } from './gzip-reader.ts'
import { MalformedArchive } from './problem.ts'
import { linkStaysInside, pathProblem } from './safe-path.ts'
import { type TarEntry, TarWalker } from './tar-entries.ts'

/** A writer that inspects an archive while it streams past. */
export interface ArchiveInspector<Facts> {
  /** The chunk must not be changed afterwards. @throws InvalidUpload */
  write(chunk: Uint8Array): Promise<void> | void
  /** @throws InvalidUpload */
  end(): Promise<Facts>
  /** Frees what an unfinished inspection holds. */
  abort(): void
}

/** What a kind of `.tar.gz` must look like. */
export interface TarGzRules {
  readonly code: 'tarball_invalid' | 'distribution_invalid'
  /** How sentences name the upload, such as 'The tarball'. */
  readonly subject: string
  /** A file directly in the archive's only folder, which must occur once. */
  readonly requiredFile: string
  readonly requiredFileLimit: number
  /** Further file names in that folder whose presence matters. */
  readonly notableFiles: readonly string[]
  readonly links: 'refused' | 'inside'
}

/** What was found in a `.tar.gz`. Sizes are bytes. */
export interface TarGzFacts {
  readonly folder: string
  readonly requiredFile: Buffer
  /** Those of the rules' notable files that occur. */
  readonly notableFiles: ReadonlySet<string>
  readonly fileCount: number
  readonly unpackedSize: number
}

/** Inspects a `.tar.gz` with one folder at its top, as npm and PEP 625 want it. */
export function inspectTarGz(rules: TarGzRules): ArchiveInspector<TarGzFacts> {
  const collector = new Collector(rules)
  const walker = new TarWalker((entry) => collector.visit(entry))
  const gzip = new GzipReader((bytes) => walker.write(bytes))
  const refused = (error: unknown) => {
    gzip.abort()
    if (!(error instanceof MalformedArchive)) return error
    return new InvalidUpload(rules.code, `${rules.subject} is not acceptable: ${error.message}.`)
  }
  return {
    write(chunk) {
      return gzip.write(chunk)?.catch((error: unknown) => Promise.reject(refused(error)))
    },
    async end() {
      try {
        await gzip.end()
        walker.end()
        return collector.facts()
      } catch (error) {
        throw refused(error)
      }
    },
    abort() {
      gzip.abort()
    },
  }
}

class Collector {
  readonly #rules: TarGzRules
  readonly #notableFiles = new Set<string>()
  readonly #content: Buffer[] = []
  #folder: string | undefined
  #found = false
  #fileCount = 0
  #unpackedSize = 0

  constructor(rules: TarGzRules) {
    this.#rules = rules
  }

  visit(entry: TarEntry): ((content: Buffer) => void) | undefined {
    const inner = this.#checkPath(entry)
    if (entry.type === 'symlink' || entry.type === 'hardlink') this.#checkLink(entry)
    if (entry.type !== 'file') return undefined
    this.#fileCount += 1
    this.#unpackedSize += entry.size
    if (inner.includes('/')) return undefined
    if (this.#rules.notableFiles.includes(inner)) this.#notableFiles.add(inner)
    // Where file systems ignore case, a second spelling would replace the file that is judged here.
    if (inner.toLowerCase() !== this.#rules.requiredFile.toLowerCase()) return undefined
    return this.#collect(inner, entry)
  }

  facts(): TarGzFacts {
    if (!this.#found) {
      throw new MalformedArchive(`it has no ${this.#rules.requiredFile} in its top folder`)
    }
    return {
      folder: this.#folder ?? '',
      requiredFile: Buffer.concat(this.#content),
      notableFiles: this.#notableFiles,
      fileCount: this.#fileCount,
      unpackedSize: this.#unpackedSize,
    }
  }

  /** @returns the path below the archive's folder, empty for the folder itself. */
  #checkPath(entry: TarEntry): string {
    const problem = pathProblem(entry.path)
    if (problem !== undefined) {
      throw new MalformedArchive(`the path ${quoted(entry.path)} ${problem}`)
    }
    const slash = entry.path.indexOf('/')
    const folder = slash === -1 ? entry.path : entry.path.slice(0, slash)
    if (slash === -1 && entry.type !== 'directory') {
      throw new MalformedArchive(`${quoted(entry.path)} is not inside a folder`)
    }
    this.#folder ??= folder
    if (folder !== this.#folder) {
      throw new MalformedArchive(
        `it has two folders at its top, ${quoted(this.#folder)} and ${quoted(folder)}`,
      )
    }
    return slash === -1 ? '' : entry.path.slice(slash + 1)
  }

  #checkLink(entry: TarEntry): void {
    if (this.#rules.links === 'refused') {
      throw new MalformedArchive(`${quoted(entry.path)} is a link; put the file itself there`)
    }
    // A hard link names a path of the archive, a symbolic link one relative to its own folder.
    const { path, linkTarget } = entry
    const inside =
      entry.type === 'symlink'
        ? linkStaysInside(path, linkTarget)
        : linkTarget.startsWith(`${this.#folder}/`) && pathProblem(linkTarget) === undefined
    if (!inside) {
      throw new MalformedArchive(`the link ${quoted(entry.path)} points outside its folder`)
    }
  }

  #collect(inner: string, entry: TarEntry): (content: Buffer) => void {
    const { requiredFile, requiredFileLimit } = this.#rules
    if (this.#found || inner !== requiredFile) {
      throw new MalformedArchive(`it has more than one spelling or copy of ${requiredFile}`)
    }
    if (entry.size > requiredFileLimit) {
      throw new MalformedArchive(`its ${requiredFile} is larger than ${requiredFileLimit} bytes`)
    }
    this.#found = true
    return (content) => this.#content.push(content)
  }
}
