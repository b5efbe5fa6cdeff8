import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Body } from './http.ts'

export type Ecosystem = 'npm' | 'pypi'

/** One file that is to be published, checked and complete on this machine. */
export interface Artifact {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly version: string
  /** Where it goes: the npm registry, or the upload address of the Python index. */
  readonly registry: URL
  /** The file's name at the registry. */
  readonly filename: string
  /** Where its bytes are. */
  readonly path: string
  readonly size: number
  /** In hex, by algorithm. */
  readonly digests: Readonly<Record<string, string>>
  /** The algorithm whose digest decides whether two files are the same. */
  readonly identity: string
}

/** How an artifact is spoken of: `@acme/widget@1.0.0`, or the file name of a distribution. */
export function titleOf({ ecosystem, name, version, filename }: Artifact): string {
  return ecosystem === 'npm' ? `${name}@${version}` : filename
}

/** The digest that decides whether two files are the same. */
export function identityOf({ digests, identity }: Artifact): string {
  return digests[identity] ?? ''
}

/** Size and digests (hex) of a file, read once in pieces. */
export async function digestFile(
  path: string,
  algorithms: readonly string[],
): Promise<Pick<Artifact, 'size' | 'digests'>> {
  const hashes = algorithms.map((algorithm) => createHash(algorithm))
  let size = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length
    for (const hash of hashes) hash.update(chunk)
  }
  const digests = hashes.map((hash, index) => [algorithms[index] ?? '', hash.digest('hex')])
  return { size, digests: Object.fromEntries(digests) }
}

/** Between two lines about the same upload. */
const REPORT_EVERY_MS = 10_000

/** Tells every some seconds how far a long upload is. */
export function withProgress(
  body: Body,
  title: string,
  now: () => Date,
  progress: (line: string) => void,
): Body {
  return {
    length: body.length,
    async *chunks() {
      let sent = 0
      let told = now().getTime()
      for await (const chunk of body.chunks()) {
        yield chunk
        sent += chunk.length
        if (now().getTime() - told < REPORT_EVERY_MS) continue
        told = now().getTime()
        progress(
          `${title}: ${Math.floor((sent / body.length) * 100)} % of ${sizeText(body.length)}`,
        )
      }
    },
  }
}

/** `12.3 kB`, in units of 1000 as npm and PyPI count. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value.toFixed(1)} ${units[unit]}`
}
