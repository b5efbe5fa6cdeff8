import { readFile } from 'node:fs/promises'
import type { Environment } from '@trustpub/identity'
import { settingsOf, userNpmrc } from '../publish/npmrc.ts'

/** A token that is named for this run, rather than found where `npm login` leaves it. */
export interface NamedToken {
  readonly value: string
  /** Where it is from, for messages. */
  readonly from: string
}

/** From the file that is named, else from TRUSTPUB_TOKEN. Never from the command line, where everybody on the machine sees it. */
export async function namedToken(
  file: string | undefined,
  env: Environment,
): Promise<NamedToken | undefined> {
  if (file !== undefined) {
    return { value: (await readFile(file, 'utf8')).trim(), from: '--token-file' }
  }
  return env.TRUSTPUB_TOKEN ? { value: env.TRUSTPUB_TOKEN, from: 'TRUSTPUB_TOKEN' } : undefined
}

/** The token for a registry in the person's .npmrc. */
export async function npmrcToken(registry: URL, env: Environment): Promise<string | undefined> {
  return inNpmrc(await userNpmrc(env), registry, env)
}

/** npm takes the longest address that fits: of the registry itself, or of what is above it, with or without the last slash. */
export function inNpmrc(
  text: string,
  { host, pathname }: URL,
  env: Environment,
): string | undefined {
  const settings = settingsOf(text)
  for (let address = `//${host}${pathname}`; address.length > 2; ) {
    const value = settings.get(`${address}:_authToken`)
    if (value !== undefined) return expanded(value, env)
    address = address.replace(/(?:[^/]+|\/)$/, '')
  }
  return undefined
}

/** Variables as npm puts them in. One that is not set leaves no token. */
function expanded(value: string, env: Environment): string | undefined {
  let complete = true
  const text = value.replace(/\$\{([^}?]+)\??\}/g, (_, name: string) => {
    complete &&= Boolean(env[name])
    return env[name] ?? ''
  })
  return complete && text !== '' ? text : undefined
}
