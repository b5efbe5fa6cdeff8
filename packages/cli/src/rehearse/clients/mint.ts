import { PROVIDERS } from '@trustpub/identity'
import type { Finished } from '../../tools/run.ts'
import type { Stage } from '../stage.ts'

/** An exchange as Python clients do it (PyPI's `/_/oidc/`): the API token, or how the attempt ended. */
export type Minted = { readonly token: string } | { readonly finished: Finished }

/** Asks for the audience, requests an ID token for it as the job could, and exchanges it. */
export async function mintToken(
  stage: Stage,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Minted> {
  const provider = PROVIDERS.find((each) => each.detect(env).found)
  if (provider === undefined)
    return failed('The job gets no ID token, so there is nothing to exchange.')
  const audience = (await (await fetch(`${stage.url}/_/oidc/audience`)).json()) as {
    audience: string
  }
  let idToken: string
  try {
    idToken = await provider.requestIdToken(env, audience.audience, fetch)
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  const response = await fetch(`${stage.url}/_/oidc/mint-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: idToken }),
  })
  const answer = (await response.json()) as {
    token?: string
    errors?: readonly { code: string; description: string }[]
  }
  if (answer.token !== undefined) return { token: answer.token }
  const reasons = (answer.errors ?? []).map(({ code, description }) => `${code}: ${description}`)
  return failed(`Trusted publishing exchange failure\n${reasons.join('\n')}`)
}

function failed(output: string): Minted {
  return { finished: { status: 1, output, stdout: '' } }
}
