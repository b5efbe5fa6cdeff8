import type { ClientId, Place, StoredSecret } from '../model.ts'
import { isPythonClient } from './publishing-tools.ts'
import type { Variables } from './variables.ts'

/** Finds the names of stored secrets in a text, or in a part of a script; each CI writes them differently. */
export type SecretFinder = (text: string, script?: string) => readonly string[]

/** The variables from which each kind of client takes credentials. */
const NPM_VARIABLES = /^(?:NODE_AUTH_TOKEN|NPM_|PNPM_|YARN_)/i
const PYTHON_VARIABLES = /^(?:TWINE_|UV_|PYPI|TEST_?PYPI|POETRY_|FLIT_|HATCH_|PDM_|MATURIN_)/i

/** A script that stores credentials for the commands after it. */
const STORES =
  /_auth(?:Token)?\b|_password\b|npmAuthToken|\.npmrc|\.pypirc|npm-cli-login|keyring|pypi-token|http-basic/i

/** A program that takes a name and a password from variables that the script does not mention. */
const LOGS_IN = /\bnpm-cli-login\b/

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

/** A stored secret that a script leaves behind, and the host of the registry that it is for, where the script says so. */
export interface LeftSecret extends StoredSecret {
  readonly host?: string
}

/** The stored secrets that a script leaves behind in a configuration file for later commands. */
export function secretsLeftBy(
  script: string,
  place: Place,
  variables: Variables,
  find: SecretFinder,
): readonly LeftSecret[] {
  if (!STORES.test(script)) return []
  const lines = script.split('\n')
  return [...new Set(lines.map(hostStoredFor))].flatMap((host) => {
    const text = lines.filter((line) => hostStoredFor(line) === host).join('\n')
    const found: StoredSecret[] = find(text, script).map((name) => ({ name, place, by: 'script' }))
    for (const [variable, { value, place: set }] of variables) {
      const isRead = LOGS_IN.test(text) && /^NPM_(?:USER|PASS)$/.test(variable)
      if (!isRead && !mentions(text, variable)) continue
      for (const name of find(value)) found.push({ name, place: set, by: 'variable', as: variable })
    }
    return host === undefined ? found : found.map((one) => ({ ...one, host }))
  })
}

/** `npm.acme.example` of `//npm.acme.example/:_authToken=…`. */
function hostStoredFor(line: string): string | undefined {
  return /\/\/([\w.-]+(?::\d+)?)\/[^\s"'=]*_auth/.exec(line)?.[1]
}

/** What is uploaded to, as far as the tokens that it takes go. */
interface Upload {
  readonly ecosystem: 'npm' | 'pypi'
  readonly registry?: string | undefined
}

/** The stored secrets among those left behind that an upload could use. */
export function usableFor(upload: Upload, left: readonly LeftSecret[]): readonly StoredSecret[] {
  return left
    .filter(({ host }) => host === undefined || !isForAnother(host, upload))
    .map(({ name, place, by, as }) => ({ name, place, by, ...(as !== undefined && { as }) }))
}

/** What logs in to where the repository is: no client of a registry reads it. */
const FOR_GIT = /^\s*git\s[^;&|]*$|\|\s*gh auth login\b[^;&|]*$/

/** What is left of a script without the lines that hold a token for another registry, or for git. */
export function withoutOthers(script: string, upload: Upload): string {
  return script
    .split('\n')
    .filter((line) => {
      if (FOR_GIT.test(line)) return false
      const host = hostStoredFor(line)
      return host === undefined || !isForAnother(host, upload)
    })
    .join('\n')
}

/** The public registry goes by several names. */
const PUBLIC_NAMES = /\b(?:npmjs|yarnpkg)\.(?:org|com)$/

/** Tells whether npm's token for a host is certainly not for an upload, which goes to a public registry unless one is named. */
function isForAnother(host: string, { ecosystem, registry }: Upload): boolean {
  if (ecosystem === 'pypi') return true
  if (PUBLIC_NAMES.test(host)) return false
  return registry === undefined || (URL.canParse(registry) && new URL(registry).host !== host)
}

/** Each secret once, where it is handed on first. */
export function onceEach(secrets: readonly StoredSecret[]): readonly StoredSecret[] {
  return [...new Map(secrets.toReversed().map((one) => [one.name, one])).values()].toReversed()
}

function mentions(script: string, variable: string): boolean {
  return script.includes(`$${variable}`) || script.includes(`\${${variable}`)
}
