import { randomInt, sign } from 'node:crypto'
import { json } from '@sigstore/core'
import { type KeyPair, logId, newKeyPair } from './keys.ts'
import { canonicalEntry } from './log-entries.ts'
import { auditPath, leafHash, rootHash } from './merkle.ts'

/** Tree ids of Sigstore's logs are numbers of this size. */
const MAX_TREE_ID = 2 ** 47

interface Entry {
  readonly body: string
  readonly integratedTime: number
  readonly logIndex: number
}

/**
 * A transparency log with the API of Rekor 1 (https://github.com/sigstore/rekor/blob/main/openapi.yaml), in memory. The
 * tree is hashed anew for each entry, which is quick for the thousands that a process sees.
 */
export class TransparencyLog {
  readonly keys: KeyPair = newKeyPair()
  readonly #origin: string
  readonly #tree = randomInt(MAX_TREE_ID)
  // Bundles leave out a zero, and some clients want their log index said: the first place is taken.
  readonly #entries: Entry[] = [{ body: '', integratedTime: 0, logIndex: 0 }]
  readonly #leaves: Buffer[] = [leafHash(Buffer.alloc(0))]

  /** @param origin the log's name in checkpoints: the host of its address, by which verifiers find its key */
  constructor(origin: string) {
    this.#origin = origin
  }

  get size(): number {
    return this.#entries.length
  }

  /** How many entries clients have added. */
  get added(): number {
    return this.size - 1
  }

  /** Adds a proposed entry, unless it is there already, and says under which id it is. @throws Refusal */
  add(proposed: string, now: Date): { readonly uuid: string; readonly isNew: boolean } {
    const body = canonicalEntry(proposed)
    const leaf = leafHash(body)
    const known = this.#leaves.findIndex((other) => other.equals(leaf))
    if (known !== -1) return { uuid: this.#uuid(known), isNew: false }
    const logIndex = this.#leaves.push(leaf) - 1
    const integratedTime = Math.floor(now.getTime() / 1000)
    this.#entries.push({ body: body.toString('base64'), integratedTime, logIndex })
    return { uuid: this.#uuid(logIndex), isNew: true }
  }

  /** Answers `GET /api/v1/log/entries/<uuid>` and `?logIndex=`; undefined for what is not there. */
  find(wanted: { readonly uuid?: string; readonly index?: number }): unknown {
    const index =
      wanted.index ?? this.#leaves.findIndex((_, at) => wanted.uuid?.endsWith(this.#leafText(at)))
    const entry = this.#entries[index]
    return entry && this.#answer(entry)
  }

  /** Answers `GET /api/v1/log`. */
  state(): unknown {
    const root = rootHash(this.#leaves)
    return {
      treeSize: this.size,
      treeID: String(this.#tree),
      rootHash: root.toString('hex'),
      signedTreeHead: this.#checkpoint(root),
    }
  }

  #answer(entry: Entry): unknown {
    const root = rootHash(this.#leaves)
    const signed = { ...entry, logID: logId(this.keys.publicKey).toString('hex') }
    return {
      [this.#uuid(entry.logIndex)]: {
        ...signed,
        verification: {
          inclusionProof: {
            logIndex: entry.logIndex,
            treeSize: this.size,
            rootHash: root.toString('hex'),
            hashes: auditPath(entry.logIndex, this.#leaves).map((hash) => hash.toString('hex')),
            checkpoint: this.#checkpoint(root),
          },
          signedEntryTimestamp: this.#sign(json.canonicalize(signed)).toString('base64'),
        },
      },
    }
  }

  /** The tree's id in sixteen digits, then the hash of the leaf. */
  #uuid(index: number): string {
    return this.#tree.toString(16).padStart(16, '0') + this.#leafText(index)
  }

  #leafText(index: number): string {
    return this.#leaves[index]?.toString('hex') ?? ''
  }

  /** A signed note: https://github.com/transparency-dev/formats/blob/main/log/README.md */
  #checkpoint(root: Buffer): string {
    const note = `${this.#origin} - ${this.#tree}\n${this.size}\n${root.toString('base64')}\n`
    const hint = logId(this.keys.publicKey).subarray(0, 4)
    const signature = Buffer.concat([hint, this.#sign(note)]).toString('base64')
    return `${note}\n\u2014 ${this.#origin} ${signature}\n`
  }

  #sign(text: string): Buffer {
    return sign('sha256', Buffer.from(text), this.keys.privateKey)
  }
}
