import type { ClientId, Place, StoredSecret } from '../model.ts'
import { isPythonClient } from './publishing-tools.ts'
import type { Variables } from './variables.ts'

/** Finds the names of stored secrets in a text; each CI writes them differently. */
export type SecretFinder = (text: string) => readonly string[]

/** The variables from which each kind of client takes credentials. */
const NPM_VARIABLES = /^(?:NODE_AUTH_TOKEN|NPM_|PNPM_|YARN_)/i
const PYTHON_VARIABLES = /^(?:TWINE_|UV_|PYPI|TEST_?PYPI|POETRY_|FLIT_|HATCH_|PDM_|MATURIN_)/i

/** A script that stores credentials for the commands after it. */
const STORES =
  /_auth(?:Token)?\b|_password\b|npmAuthToken|\.npmrc|\.pypirc|npm-cli-login|keyring|pypi-token|http-basic/i

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
  const python = isPythonClient(client)
  const reads = python ? PYTHON_VARIABLES : NPM_VARIABLES
  const meant = python ? /pypi/i : /npm/i
  const found: StoredSecret[] = find(script).map((name) => ({ name, place, by: 'script' }))
  for (const [variable, { value, place: set }] of variables) {
    for (const name of find(value)) {
      if (reads.test(variable) || meant.test(name) || mentions(script, variable)) {
        found.push({ name, place: set, by: 'variable', as: variable })
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
  const found: StoredSecret[] = find(script).map((name) => ({ name, place, by: 'script' }))
  for (const [variable, { value, place: set }] of variables) {
    if (!mentions(script, variable)) continue
    for (const name of find(value)) found.push({ name, place: set, by: 'variable', as: variable })
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
