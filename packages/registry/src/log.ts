/** What API tokens, ID tokens and the like look like. */
const SECRETS = /(?:npm_|pypi-|trustpub_)[0-9A-Za-z_-]{6,}|eyJ[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*/g

/** The text with everything that looks like a secret masked; npm puts tokens into some paths. */
export function redact(text: string): string {
  return text.replace(SECRETS, '***')
}
