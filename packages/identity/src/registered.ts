import { refuse } from './errors.ts'
import type { Issuer } from './issuer.ts'
import type { Provider, ProviderId } from './provider.ts'
import { PROVIDERS } from './providers/index.ts'

/**
 * The provider with this id.
 * @throws Refusal `provider_unknown`
 */
export function findProvider(id: ProviderId): Provider {
  const found = PROVIDERS.find((provider) => provider.id === id)
  if (found !== undefined) return found
  throw refuse('provider_unknown', {
    provider: id,
    known: PROVIDERS.map((each) => each.id).join(', '),
  })
}

/** The issuers that need no registration: the public service of every provider. */
export const PUBLIC_ISSUERS: readonly Issuer[] = PROVIDERS.map((provider) => ({
  url: provider.issuer,
  provider: provider.id,
  allowPrivateNetwork: false,
}))

/**
 * The issuer that counts for a claim `iss`: the public service where a provider has an issuer for every organisation,
 * otherwise the one that is named.
 */
export function countedIssuer(named: string): string {
  return PROVIDERS.find((each) => each.organisationIssuers?.test(named))?.issuer ?? named
}

/** Whether an issuer may keep its keys at this origin: its own, or the one that is known of a public service. */
export function mayKeepKeysAt(issuer: string, origin: string): boolean {
  if (origin === new URL(issuer).origin) return true
  return PROVIDERS.some((each) => each.issuer === issuer && each.keysOrigin === origin)
}
