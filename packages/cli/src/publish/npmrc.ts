import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '@trustpub/identity'

/** A line that sets something. */
const SETTING = /^\s*"?([^"=\s]+)"?\s*=/
/** A line from which on npm reads nothing. */
const SECTION = /^\s*\[[^\]]*\]\s*$/m
/** What is a credential, after the address that it is for. */
const CREDENTIAL = /^(?:_auth|_authToken|_password|username|tokenHelper)$/
/** The variables that hold the new token, and must not hand it to another registry. */
const TAKEN = /\$\{(?:NODE_AUTH_TOKEN|NPM_TOKEN|NPM_CONFIG_TOKEN|YARN_NPM_AUTH_TOKEN)\??\}/

/**
 * The configuration in which npm, pnpm and yarn 1 look for a token: what the person has in theirs, with another registry and
 * the token for it. The token stands there as $NODE_AUTH_TOKEN, since clients look for variables in what the file says: a
 * token with `${…}` in it would be sent as the value of that variable.
 */
export function npmrc({ href, host, pathname }: URL, old: string): string {
  const address = `//${host}${pathname}`
  const [read = ''] = old.split(SECTION)
  const kept = read.split(/[\r\n]+/).filter((line) => line !== '' && !isReplaced(line, address))
  return [...kept, `registry=${href}`, `${address}:_authToken=\${NODE_AUTH_TOKEN}`, ''].join('\n')
}

function isReplaced(line: string, address: string): boolean {
  const [, key = ''] = SETTING.exec(line) ?? []
  const colon = key.lastIndexOf(':')
  const owner = key.slice(0, Math.max(colon, 0))
  // Without an address it is for the registry, whichever that is, and so would be for the new one.
  const isForIt = owner === '' || owner === address || `${owner}/` === address
  const isCredential = isForIt && CREDENTIAL.test(key.slice(colon + 1))
  return key === 'registry' || isCredential || TAKEN.test(line)
}

/** What the text of an .npmrc sets; of what is set twice the last counts. */
export function settingsOf(text: string): ReadonlyMap<string, string> {
  const [read = ''] = text.split(SECTION)
  const settings = read.split(/[\r\n]+/).flatMap((line): [string, string][] => {
    const [start = '', key] = SETTING.exec(line) ?? []
    const value = line.slice(start.length).trim()
    return key === undefined ? [] : [[key, value.replace(/^(["'])(.*)\1$/, '$2')]]
  })
  return new Map(settings)
}

/** The person's own .npmrc, empty if there is none; like npm, whatever the case of the variable that names it. */
export async function userNpmrc(env: Environment): Promise<string> {
  const named = Object.entries(env).findLast(
    ([name, value]) => /^npm_config_userconfig$/i.test(name) && value,
  )
  // npm goes on without a file that it cannot read.
  return readFile(named?.[1] ?? join(homedir(), '.npmrc'), 'utf8').catch(() => '')
}
