import { findProvider, type Issuer, PUBLIC_ISSUERS, parseIssuerUrl } from '@trustpub/identity'
import { refuse } from '../errors.ts'
import type { Account } from './model.ts'
import type { Store } from './ports.ts'

/** What is needed to know which issuers count. */
export interface IssuerContext {
  readonly store: Store
  /** Whether the public services count without being registered. */
  readonly publicIssuers: boolean
}

/** Every issuer whose ID tokens are accepted. */
export async function acceptedIssuers(context: IssuerContext): Promise<readonly Issuer[]> {
  const registered = await context.store.issuers.list()
  return context.publicIssuers ? [...PUBLIC_ISSUERS, ...registered] : registered
}

/**
 * Registers an issuer: a self-managed server of a provider.
 * @throws Refusal `provider_unknown`, `field_invalid` or `already_exists`
 */
export async function registerIssuer(
  { store, publicIssuers }: IssuerContext,
  admin: Account,
  wanted: Issuer,
): Promise<Issuer> {
  const provider = findProvider(wanted.provider)
  const url = parseIssuerUrl(wanted.url, wanted.allowPrivateNetwork)
  return store.transaction(async (tx) => {
    const accepted = await acceptedIssuers({ store: tx, publicIssuers })
    if (accepted.some((issuer) => issuer.url === url)) {
      throw refuse('already_exists', { what: `The issuer ${url}` })
    }
    await tx.issuers.create(wanted)
    const { allowPrivateNetwork } = wanted
    const details = { provider: provider.id, allowPrivateNetwork }
    const event = { action: 'issuer.registered', subject: url, details }
    await tx.log.audit({ actor: admin.name, ...event })
    return wanted
  })
}

/** Accepts no more ID tokens from a registered issuer; its publishers stay, without effect. @throws Refusal `does_not_exist` */
export async function removeIssuer(store: Store, admin: Account, url: string): Promise<void> {
  await store.transaction(async (tx) => {
    if ((await tx.issuers.find(url)) === undefined) {
      throw refuse('does_not_exist', { what: `The registered issuer ${url}` })
    }
    await tx.issuers.remove(url)
    const event = { action: 'issuer.removed', subject: url, details: {} }
    await tx.log.audit({ actor: admin.name, ...event })
  })
}
