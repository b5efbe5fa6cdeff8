import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { json } from '@sigstore/core'

/** The roles that every repository has; one key stands for all of them. */
const ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const

/**
 * A TUF repository (https://theupdateframework.github.io/specification/latest/) in memory, with consistent snapshots and
 * a key of its own. It hands out what clients must trust: here a trusted root and registries' keys.
 */
export class TufRepository {
  readonly #keys = generateKeyPairSync('ed25519')
  readonly #expires: Date
  readonly #targets = new Map<string, Buffer>()
  readonly #files = new Map<string, Buffer>()
  #version = 0

  constructor(expires: Date) {
    this.#expires = expires
    this.#files.set('1.root.json', this.#root())
  }

  /** The first root, with which clients have to start. */
  get root(): Buffer {
    return this.file('1.root.json') as Buffer
  }

  /** A file of the repository by its path; undefined if there is none. */
  file(path: string): Buffer | undefined {
    return this.#files.get(path)
  }

  /** Adds targets or replaces them, which is a new version of everything but the root. */
  publish(targets: Readonly<Record<string, unknown>>): void {
    this.#version += 1
    for (const [path, content] of Object.entries(targets)) {
      const bytes = Buffer.from(JSON.stringify(content))
      this.#targets.set(path, bytes)
      this.#files.set(`targets/${consistentPath(path, sha256(bytes))}`, bytes)
    }
    const listed = [...this.#targets].map(([path, bytes]) => [path, measured(bytes)])
    const signed = this.#sign('targets', { targets: Object.fromEntries(listed) })
    const snapshot = this.#sign('snapshot', { meta: { 'targets.json': this.#meta(signed) } })
    this.#files.set(`${this.#version}.targets.json`, signed)
    this.#files.set(`${this.#version}.snapshot.json`, snapshot)
    const meta = { 'snapshot.json': this.#meta(snapshot) }
    this.#files.set('timestamp.json', this.#sign('timestamp', { meta }))
  }

  #root(): Buffer {
    const key = this.#publicKey()
    const role = { keyids: [keyId(key)], threshold: 1 }
    const roles = Object.fromEntries(ROLES.map((name) => [name, role]))
    return this.#sign('root', { keys: { [keyId(key)]: key }, roles, consistent_snapshot: true })
  }

  /** In hexadecimal: TUF's canonical JSON writes the line ends of PEM differently from everybody's. */
  #publicKey() {
    const { x = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const keyval = { public: Buffer.from(x, 'base64url').toString('hex') }
    return { keytype: 'ed25519', scheme: 'ed25519', keyval }
  }

  #meta(file: Buffer) {
    return { version: this.#version, ...measured(file) }
  }

  #sign(role: (typeof ROLES)[number], content: Readonly<Record<string, unknown>>): Buffer {
    const signed = {
      _type: role,
      spec_version: '1.0.31',
      version: Math.max(this.#version, 1),
      // Without the milliseconds, which the specification does not allow.
      expires: this.#expires.toISOString().replace(/\.\d+/, ''),
      ...content,
    }
    const sig = sign(null, Buffer.from(json.canonicalize(signed)), this.#keys.privateKey)
    const signatures = [{ keyid: keyId(this.#publicKey()), sig: sig.toString('hex') }]
    return Buffer.from(JSON.stringify({ signed, signatures }))
  }
}

function keyId(key: unknown): string {
  return sha256(Buffer.from(json.canonicalize(key)))
}

function measured(file: Buffer) {
  return { length: file.length, hashes: { sha256: sha256(file) } }
}

/** The hash stands before the file's name. */
function consistentPath(path: string, hash: string): string {
  return path.replace(/[^/]+$/, (name) => `${hash}.${name}`)
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
