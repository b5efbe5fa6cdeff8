import { isIP } from 'node:net'
import { refuse } from './errors.ts'
import type { ProviderId } from './provider.ts'

/** An issuer whose ID tokens are accepted, and the provider that says what its claims mean. */
export interface Issuer {
  /** Byte for byte as in the claim `iss`. */
  readonly url: string
  readonly provider: ProviderId
  /** Whether its keys may be fetched from loopback or private addresses, and over plain http. */
  readonly allowPrivateNetwork: boolean
}

/** Longer issuers exist nowhere; octo-sts draws the line at the same place. */
const MAX_ISSUER_LENGTH = 255

/**
 * Checks an issuer that an administrator wants to register; returns it unchanged, because `iss` is compared byte for byte.
 * @throws Refusal `field_invalid`
 */
export function parseIssuerUrl(text: string, allowPrivateNetwork: boolean): string {
  const reason = issuerProblem(text, allowPrivateNetwork)
  if (reason !== undefined) throw refuse('field_invalid', { label: 'Issuer', value: text, reason })
  return text
}

function issuerProblem(text: string, allowPrivateNetwork: boolean): string | undefined {
  if (text.length > MAX_ISSUER_LENGTH) return `it is longer than ${MAX_ISSUER_LENGTH} characters`
  // One plain spelling only: no credentials, query, fragment, escapes, dot segments or non-ASCII hosts.
  const plain =
    /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:\/[A-Za-z0-9._-]+)*$/
  if (!plain.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) {
    return 'write it as https://host/path, with nothing after the path and no slash at the end'
  }
  if (!URL.canParse(text)) return 'it is not a URL'
  const url = new URL(text)
  if (url.protocol === 'http:' && !allowPrivateNetwork) return 'it must begin with https://'
  const address = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && !allowPrivateNetwork) return 'it must name a host, not an address'
  return undefined
}
