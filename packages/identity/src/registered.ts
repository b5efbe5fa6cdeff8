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
