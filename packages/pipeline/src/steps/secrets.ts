import type { ClientId, Place } from '../model.ts'
import type { Variables } from './variables.ts'

/** A stored secret, by its name in the CI's settings, and where the file hands it on. */
export interface StoredSecret {
  readonly name: string
  readonly place: Place
}

/** Finds the names of stored secrets in a text; each CI writes them differently. */
export type SecretFinder = (text: string) => readonly string[]

const PYTHON: ReadonlySet<ClientId> = new Set(['twine', 'uv'])

/** The variables from which each kind of client takes credentials. */
const NPM_VARIABLES = /^(?:NODE_AUTH_TOKEN|NPM_|PNPM_|YARN_)/i
const PYTHON_VARIABLES = /^(?:TWINE_|UV_|PYPI|TEST_?PYPI)/i

/** A script that stores credentials for the commands after it. */
const STORES = /_auth(?:Token)?\b|_password\b|\.npmrc|\.pypirc|npm-cli-login|keyring/i

/**
 * The stored secrets that a publish command would use: those in variables that its client reads, that its
 * script mentions, or whose own name says what they are for. A job's other secrets do not count.
 */
export function storedSecrets(
  client: ClientId,
  script: string,
  place: Place,
  variables: Variables,
  find: SecretFinder,
): readonly StoredSecret[] {
  const reads = PYTHON.has(client) ? PYTHON_VARIABLES : NPM_VARIABLES
  const meant = PYTHON.has(client) ? /pypi/i : /npm/i
  const found: StoredSecret[] = find(script).map((name) => ({ name, place }))
  for (const [variable, { value, place: set }] of variables) {
    for (const name of find(value)) {
      if (reads.test(variable) || meant.test(name) || mentions(script, variable)) {
        found.push({ name, place: set })
      }
    }
  }
  return found
}

/** The stored secrets that a script leaves behind in a configuration file for later commands. */
export function secretsLeftBy(
  script: string,
  place: Place,
  variables: Variables,
  find: SecretFinder,
): readonly StoredSecret[] {
  if (!STORES.test(script)) return []
  const found: StoredSecret[] = find(script).map((name) => ({ name, place }))
  for (const [variable, { value, place: set }] of variables) {
    if (mentions(script, variable)) found.push(...find(value).map((name) => ({ name, place: set })))
  }
  return found
}

/** Each secret once, where it is handed on first. */
export function onceEach(secrets: readonly StoredSecret[]): readonly StoredSecret[] {
  return [...new Map(secrets.toReversed().map((one) => [one.name, one])).values()].toReversed()
}

function mentions(script: string, variable: string): boolean {
  return script.includes(`$${variable}`) || script.includes(`\${${variable}`)
}
