import { Refusal } from '@trustpub/identity'
import { exchange } from '../domain/exchange.ts'
import { burnExchangedToken } from '../domain/tokens.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { readJson } from '../http/body.ts'
import type { Registry } from '../registry.ts'

/**
 * `POST /_/oidc/mint-token`: an API token for all packages of the publishers that the ID token matches, as PyPI's
 * clients ask for it (https://docs.pypi.org/trusted-publishers/internals/).
 */
export async function mintToken(c: AppContext, registry: Registry): Promise<Response> {
  const { store, keys, config, now } = registry
  try {
    const exchanged = await exchange(
      { store, keys, publicIssuers: config.publicIssuers, now },
      {
        ecosystem: 'pypi',
        idToken: readToken(await readJson(c)),
        audiences: config.audiences.pypi,
      },
    )
    const expires = Math.floor(exchanged.expiresAt.getTime() / 1000)
    return c.json({ success: true, token: exchanged.text, expires }, 200, {
      'cache-control': 'no-store',
    })
  } catch (error) {
    throw error instanceof Refusal ? asPypiRefuses(error) : error
  }
}

/** `POST /_/oidc/burn-token`: uv gives its API token back as soon as it has uploaded. The answer is PyPI's. */
export async function burnToken(c: AppContext, registry: Registry): Promise<Response> {
  await burnExchangedToken(registry.store, readToken(await readJson(c)))
  return c.json({ message: 'Accepted' }, 202)
}

function readToken(body: unknown): string {
  const token =
    typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined
  if (typeof token === 'string') return token
  throw refuse('body_malformed', {
    reason: 'it is not a JSON object whose member "token" is a string',
  })
}

/** PyPI refuses exchanges with 422 whatever the reason; its clients take a 5xx for an outage, as it is meant. */
function asPypiRefuses({ code, status, message, checks }: Refusal): Refusal {
  const row = { status: status >= 500 ? status : 422, sentence: '{message}' }
  return new Refusal(code, row, { message }, checks)
}
