import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Claims } from './check.ts'
import type { Fields, Pins, Provider } from './provider.ts'
import { assess, explainRefusal } from './trust.ts'

/** An ID token with an audience and no signature, as clients read it. */
export function tokenFor(aud: unknown, claims: Claims = {}): string {
  const parts = [{ alg: 'RS256' }, { aud, ...claims }]
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return [...encoded, 'c2lnbmF0dXJl'].join('.')
}

/** A stand-in for the CI's endpoint, for one test: its address. */
export async function ciEndpoint(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What becomes of a token of the provider's own example with some claims changed: `trusted`, or the code of the refusal. */
export function outcomeOf(
  provider: Provider,
  changed: Claims,
  fields: Fields = provider.example.fields,
  { pins = {}, issuer = provider.issuer }: { pins?: Pins; issuer?: string } = {},
): string {
  const token = {
    issuer: { url: issuer, provider: provider.id, allowPrivateNetwork: false },
    provider,
    claims: { ...provider.simulate({ ...provider.example.run, issuer }), ...changed },
    jti: 'one',
    forgetAt: new Date(0),
  }
  const assessment = assess({ provider: provider.id, issuer, fields, pins }, token)
  return assessment.trusted ? 'trusted' : explainRefusal([assessment], token, 'widget').code
}
