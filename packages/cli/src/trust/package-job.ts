import { type RecordedPublisher, Refusal } from '@trustpub/identity'
import type { Applied, ApplyOptions } from './applied.ts'
import { described, differences, spelled } from './compare.ts'
import { isLasting, refuse } from './errors.ts'
import type { PackageGroup } from './groups.ts'
import type { Configured, Registrar } from './registrar.ts'

/** The changes to the publishers of one package. */
export class PackageJob {
  readonly #group: PackageGroup
  readonly #registrar: Registrar
  readonly #options: ApplyOptions
  /** What is there and not planned. */
  readonly #others: Set<Configured>
  #lost: Refusal | undefined

  constructor(
    group: PackageGroup,
    registrar: Registrar,
    options: ApplyOptions,
    others: readonly Configured[],
  ) {
    this.#group = group
    this.#registrar = registrar
    this.#options = options
    this.#others = new Set(others)
  }

  /** Why it makes no sense to ask the registry for anything more. */
  get lost(): Refusal | undefined {
    return this.#lost
  }

  /** Adds a publisher. Where none may stand beside what is there it takes the place of the one most like it, if that is wanted. */
  async add(wanted: RecordedPublisher, nearest: Configured | undefined): Promise<Applied> {
    const { dryRun, replace } = this.#options
    if (this.#lost !== undefined) return { publisher: wanted, outcome: 'not tried' }
    if (dryRun) return { publisher: wanted, outcome: 'would be configured', ...this.#beside() }
    try {
      await this.#surelyAdded(wanted)
      return { publisher: wanted, outcome: 'configured', ...this.#beside() }
    } catch (error) {
      const refusal = refusalIn(error)
      const old = nearest ?? [...this.#others][0]
      if (refusal.code !== 'trust_conflict' || old === undefined)
        return this.#failed(wanted, refusal)
      if (replace) return this.#inPlaceOf(old, wanted)
      return { publisher: wanted, outcome: 'differs', detail: this.#changes(old, wanted) }
    }
  }

  /** Takes away whatever is not planned. */
  async clear(): Promise<readonly Applied[]> {
    const { package: name, registry } = this.#group
    const done: Applied[] = []
    for (const other of this.#others) {
      const { id: _id, source: _source, ...rule } = other
      const publisher = { package: name, registry, ...rule }
      const detail = described(other)
      if (this.#options.dryRun) {
        done.push({ publisher, outcome: 'would be removed', detail })
        continue
      }
      try {
        await this.#registrar.remove(name, other.id)
        done.push({ publisher, outcome: 'removed', detail })
      } catch (error) {
        done.push(this.#failed(publisher, refusalIn(error)))
      }
    }
    return done
  }

  /** An outage leaves it open whether it was added: then what is there tells. */
  async #surelyAdded(wanted: RecordedPublisher): Promise<void> {
    const { package: name } = this.#group
    try {
      await this.#registrar.add(name, wanted)
    } catch (error) {
      if (refusalIn(error).code !== 'trust_unreachable') throw error
      const there = await this.#registrar.list(name)
      const { granted } = this.#registrar
      if (!there.some((one) => differences(one, wanted, granted).length === 0)) throw error
    }
  }

  /** The old one is taken away first, and put back if the new one is refused. */
  async #inPlaceOf(old: Configured, wanted: RecordedPublisher): Promise<Applied> {
    const { package: name } = this.#group
    try {
      await this.#registrar.remove(name, old.id)
    } catch (error) {
      return this.#failed(wanted, refusalIn(error))
    }
    this.#others.delete(old)
    try {
      await this.#surelyAdded(wanted)
      return { publisher: wanted, outcome: 'replaced', detail: this.#changes(old, wanted) }
    } catch (error) {
      const refusal = refusalIn(error)
      const problem = await this.#putBack(old)
      if (problem === undefined) return this.#failed(wanted, refusal)
      const { host } = this.#registrar
      const reasons = { reason: refusal.message, restoring: problem.message }
      const values = { package: name, host, old: described(old), ...reasons }
      return this.#failed(wanted, refuse('trust_not_replaced', values))
    }
  }

  /** What went wrong, if it is not back. */
  async #putBack(old: Configured): Promise<Refusal | undefined> {
    try {
      await this.#registrar.restore(this.#group.package, old)
      return undefined
    } catch (error) {
      return refusalIn(error)
    }
  }

  #failed(publisher: RecordedPublisher, refusal: Refusal): Applied {
    if (isLasting(refusal)) this.#lost = refusal
    return { publisher, outcome: 'failed', detail: refusal.message, code: refusal.code }
  }

  #changes(old: Configured, wanted: RecordedPublisher): string {
    return spelled(differences(old, wanted, this.#registrar.granted))
  }

  /** Nobody should believe that what is recorded is all that is trusted. */
  #beside(): Pick<Applied, 'detail'> {
    const [other, more] = this.#others
    if (other === undefined || this.#options.replace) return {}
    const rest = more === undefined ? '' : ', and others'
    return { detail: `beside one that is not recorded: ${described(other)}${rest}` }
  }
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}
