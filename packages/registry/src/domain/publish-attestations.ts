import type { Store } from './ports.ts'
import { integrityOf, privateKeyOf } from './signing-keys.ts'

/** Log entries made in one round; more wait for the next. */
const BATCH = 100

/** What publish attestations are made with. */
export interface PublishAttestationContext {
  readonly store: Store
  /** The transparency log that they go to. */
  readonly log: URL
  /** The registry's address, as the statement has it. */
  readonly registry: URL
  /** Told of a round that failed; the next one does what it left. */
  readonly failed: (error: unknown) => void
}

/** A version that is to be attested. */
interface Version {
  readonly packageId: string
  readonly name: string
  readonly version: string
}

/**
 * Attests that this registry took the versions that came with provenance, and logs that (npm's publish attestation).
 * Apart from the publish itself: no release waits for a log, and none is forgotten if the log is away.
 */
export class PublishAttester {
  readonly #context: PublishAttestationContext
  #rounds: Promise<void> = Promise.resolve()

  constructor(context: PublishAttestationContext) {
    this.#context = context
  }

  /** Attests one version that was just published. */
  attest(name: string, version: string): Promise<void> {
    const { store } = this.#context
    return this.#round(async () => {
      const pkg = await store.packages.find('npm', name)
      return pkg === undefined ? [] : [{ packageId: pkg.id, name, version }]
    })
  }

  /** Attests what was left over. */
  run(): Promise<void> {
    const { store } = this.#context
    return this.#round((predicateType) => store.attestations.npmWithout(predicateType, BATCH))
  }

  /** After those that are under way: two at once would log the same version twice. */
  #round(find: (predicateType: string) => Promise<readonly Version[]>): Promise<void> {
    const { failed } = this.#context
    this.#rounds = this.#rounds.then(() => attestAll(this.#context, find)).catch(failed)
    return this.#rounds
  }
}

async function attestAll(
  { store, log, registry }: PublishAttestationContext,
  find: (predicateType: string) => Promise<readonly Version[]>,
): Promise<void> {
  const { NPM_PUBLISH, npmPublishStatement, signWithKey } = await import('@trustpub/provenance')
  const services = { rekor: log.href.replace(/\/$/, '') }
  for (const { packageId, name, version } of await find(NPM_PUBLISH)) {
    const key = await store.signingKeys.current()
    const tarball = (await store.packages.release(packageId, version))?.files[0]
    if (key === undefined || tarball === undefined) return
    const integrity = integrityOf(tarball.digests)
    const bundle = await signWithKey(
      npmPublishStatement({ name, version, integrity, registry: registry.origin }),
      { privateKey: privateKeyOf(key), keyid: key.keyid, services },
    )
    await store.attestations.add(packageId, tarball.filename, {
      predicateType: NPM_PUBLISH,
      content: bundle,
    })
  }
}
