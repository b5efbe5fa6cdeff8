import { type Claims, findProvider } from '@trustpub/identity'

/** The claims of the worked example of a provider. */
export function exampleClaims(provider: string): Claims {
  const { example, simulate } = findProvider(provider)
  return simulate(example.run)
}

/** An ID token with these claims; the mock authority looks at nothing else. */
export function identityToken(claims: Claims): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`
}
