import { isJupyterReleaser } from './github/actions.ts'
import type { JobStep } from './job.ts'
import type { PublishJob, PublishStep } from './model.ts'
import { audienceOf, registryOf } from './publishers/registries.ts'
import { valuedFlags } from './steps/commands.ts'
import { exchangesByHand } from './steps/exchange.ts'
import { flagValue, parseOptions } from './steps/options.ts'
import { child, entriesOf, textOf } from './yaml/tree.ts'

/** How a step comes by its leave to upload, as far as the repository tells. */
export type Credentials =
  /** ID tokens and nothing stored. */
  | 'trusted'
  /** A stored token and no ID tokens. */
  | 'token'
  /** Both: the token hides whether trusted publishing works. */
  | 'both'
  /** Neither: it will be refused. */
  | 'none'
  /** Something before it may fetch a token that no file shows. */
  | 'unknown'

/** How a step comes by its leave to upload. */
export function credentialsOf(job: PublishJob, step: PublishStep, provider: string): Credentials {
  const granted = isGranted(job, step, provider)
  if (step.storedSecrets.length > 0) return granted ? 'both' : 'token'
  // What is in a directory that only the run knows may name a registry of its own.
  if (step.adrift || takesTokenOfRun(job, step) || job.steps.some(exchangesByHand)) return 'unknown'
  // Leave to ask for ID tokens may be there for a vault or a cloud.
  if (granted) return readsVault(job) ? 'unknown' : 'trusted'
  // GitLab puts the variables of the project's settings into every job.
  if (provider === 'gitlab') return 'unknown'
  return mayFetchCredentials(job) ? 'unknown' : 'none'
}

/** At GitLab each ID token has its audience: one for Sigstore or for a vault exchanges nothing at a registry. */
function isGranted({ idToken }: PublishJob, step: PublishStep, provider: string): boolean {
  const { granted, variables } = idToken
  if (provider !== 'gitlab' || !granted) return granted
  const wanted = audienceOf(step.ecosystem, registryOf(step))
  // A misspelt one was meant for the registry all the same.
  return variables.some(
    ({ name, audience }) => audience === wanted || /npm|pypi/i.test(`${name} ${audience}`),
  )
}

/** Variables and inputs that hold a registry's token. */
const TOKENS =
  /^(?:NODE_AUTH_TOKEN|NPM_(?:AUTH_)?TOKEN|NPM_CONFIG_.*TOKEN|YARN_NPM_AUTH.*|TWINE_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)|POETRY_PYPI_TOKEN.*|FLIT_PASSWORD|HATCH_INDEX_AUTH|PDM_PUBLISH_PASSWORD|MATURIN_PYPI_TOKEN|(?:npm[-_])?token|password)$/i

/** A token that an earlier step, job or command hands on. */
function takesTokenOfRun({ steps }: PublishJob, step: PublishStep): boolean {
  const { within, client, args, ecosystem } = step
  const options = parseOptions(args, valuedFlags(client))
  // `-p` of pdm names the project.
  const short = client === 'pdm' ? '-P' : '-p'
  const password = flagValue(options, short, '--password', '-t', '--token') ?? ''
  if (ecosystem === 'pypi' && password.includes('$')) return true
  const own = steps.find(({ tree }) => tree === within)
  const values = [
    ...[...(own?.variables ?? [])].map(([name, { value }]) => [name, value] as const),
    ...(step.action !== undefined && isJupyterReleaser(step.action) ? [] : (own?.inputs ?? [])),
  ]
  return values.some(
    ([name, value]) =>
      TOKENS.test(name) &&
      /\$\{\{\s*(?:steps|needs|inputs|env)\b/.test(value) &&
      !isIdToken(value, steps),
  )
}

/** `core.getIDToken()`, handed on as it is, is no token of a registry. */
function isIdToken(value: string, steps: readonly JobStep[]): boolean {
  const id = /^\$\{\{\s*steps\.([\w-]+)\.outputs\.[\w-]+\s*\}\}$/.exec(value)?.[1]
  const step = steps.find(({ tree }) => id !== undefined && textOf(child(tree, 'id')) === id)
  return (
    step !== undefined &&
    /getIDToken\(/.test(step.inputs.get('script') ?? '') &&
    !exchangesByHand(step)
  )
}

/** Actions that put secrets from a vault into the environment. */
const LOADERS =
  /^(?:hashicorp\/vault-action|1password\/load-secrets-action|aws-actions\/aws-secretsmanager-get-secrets|google-github-actions\/get-secretmanager-secrets|azure\/get-keyvault-secrets|bitwarden\/sm-action|dopplerhq\/.*|infisical\/secrets-action|akeyless-community\/.*|grafana\/shared-workflows.*vault.*|.*\/(?:fetch|get|import|load|read|release)-[\w-]*secrets?)$/

const READS_SECRET =
  /^(?:vault|op|doppler|sops|infisical)\s|^aws\s+(?:secretsmanager|ssm|codeartifact)\b|^gcloud\s+secrets\b|^az\s+keyvault\b|^gpg\s.*(?:-d\b|--decrypt)/

/** Tells whether a step certainly reads a secret from somewhere, or hands on a token that it has made. */
function fetchesSecrets({ action, commands }: JobStep): boolean {
  if (action !== undefined && LOADERS.test(action.name)) return true
  return commands.some(
    ({ words, text }) =>
      READS_SECRET.test(words.join(' ')) ||
      /_authToken\b["'\s=]*\$\(|TOKEN=\$\(.*GITHUB_ENV/.test(text),
  )
}

/** Tells whether a job certainly reads secrets from elsewhere: in a step, or by `secrets:` of GitLab. */
export function readsVault({ steps, source }: PublishJob): boolean {
  const declared = entriesOf(child(source.job, 'secrets')).map(([name]) => name)
  return steps.some(fetchesSecrets) || declared.some((name) => TOKENS.test(name))
}

/** Whether something could bring a token to a job that has nothing else. */
function mayFetchCredentials({ steps, runners }: PublishJob): boolean {
  const loads = steps.some(
    (step) =>
      fetchesSecrets(step) ||
      step.commands.some(({ words }) => /^(?:aws|gcloud|az|gpg)$/.test(words[0] ?? '')),
  )
  // A runner of one's own may have a configuration of its own.
  const own = runners.some((one) => !one.known || one.value?.includes('self-hosted'))
  return loads || own
}
