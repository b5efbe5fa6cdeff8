import { readFile } from 'node:fs/promises'
import type { Environment } from '@trustpub/identity'
import { userNpmrc } from '../publish/npmrc.ts'

/**
 * The token for a registry: from the file that is named, from TRUSTPUB_TOKEN, else as `npm login` has left it in the
 * person's .npmrc. Never from the command line, where everybody on the machine sees it.
 */
export async function tokenFor(
  registry: URL,
  file: string | undefined,
  env: Environment,
): Promise<string | undefined> {
  if (file !== undefined) return (await readFile(file, 'utf8')).trim() || undefined
  if (env.TRUSTPUB_TOKEN) return env.TRUSTPUB_TOKEN
  return inNpmrc(await userNpmrc(env), registry, env)
}

/** npm takes the longest address that fits: of the registry itself, or of what is above it. */
export function inNpmrc(
  text: string,
  { host, pathname }: URL,
  env: Environment,
): string | undefined {
  const segments = pathname.split('/').filter((one) => one !== '')
  for (let length = segments.length; length >= 0; length--) {
    const path = segments
      .slice(0, length)
      .map((one) => `${one}/`)
      .join('')
    const key = `//${host}/${path}:_authToken`
    for (const line of text.split(/\r?\n/).toReversed()) {
      const [name, ...value] = line.split('=')
      if (name?.trim() === key) return expanded(value.join('=').trim(), env) || undefined
    }
  }
  return undefined
}

function expanded(value: string, env: Environment): string {
  return value
    .replace(/^"(.*)"$/, '$1')
    .replace(/\$\{(\w+)\??\}/g, (_, name: string) => env[name] ?? '')
}
