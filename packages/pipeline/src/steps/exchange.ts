import type { JobStep } from '../job.ts'
import { child, textOf } from '../yaml/tree.ts'

/** The addresses at which registries give a token for an ID token. */
const EXCHANGE = /_\/oidc\/(?:github\/)?mint-token|oidc\/token\/exchange\/package/

/** Actions that do nothing but exchange, and hand the token on. */
const MINTERS = /(?:^|\/)token-mint-action$|^\.\/.*mint-token/

/** Tells whether a step exchanges an ID token itself, so that a client after it may find a token. */
export function exchangesByHand({ tree, commands, inputs, action }: JobStep): boolean {
  const texts = [textOf(child(tree, 'run')) ?? '', inputs.get('script') ?? '']
  return (
    (action !== undefined && MINTERS.test(action.name)) ||
    texts.some((text) => EXCHANGE.test(text)) ||
    commands.some(({ text }) => EXCHANGE.test(text))
  )
}

/** Tells whether a command is a request to such an address. */
export function isExchange(text: string): boolean {
  return /\bcurl\b|\bwget\b|\bhttp(?:s|ie|x)?\b(?!:)/.test(text) && EXCHANGE.test(text)
}
