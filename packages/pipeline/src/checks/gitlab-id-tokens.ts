import { extendsUnread } from '../gitlab/merge.ts'
import type { PublishJob } from '../model.ts'
import { isElsewhere } from '../publishers/needed.ts'
import { audienceOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { exchangesByHand } from '../steps/exchange.ts'
import { child, textsOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'
import { KNOWN_HOSTS } from './unknown-host.ts'

/** F33: GitLab's ID tokens are variables, and each client looks for one of its own, with its own audience. */
export const gitlabIdTokens: Check = {
  id: 'gitlab-id-tokens',
  title: 'a GitLab job without the ID token that its client looks for, or with another audience',
  failures: ['F2', 'F3', 'F33'],
  severity: 'error',
  *find(release) {
    const { provider, repository } = release.pipeline
    if (provider !== 'gitlab') return
    // No ID token helps where the registry does not know the server (`unknown-host`).
    if (repository.host !== undefined && !KNOWN_HOSTS.test(repository.host)) return
    for (const upload of uploadsOf(release)) {
      // A script that exchanges by itself names its variable as it likes.
      if (upload.credentials === 'token' || upload.job.steps.some(exchangesByHand)) continue
      // What a job extends elsewhere may declare them, or hold a token.
      const { written, workflow } = upload.job.source
      if (upload.credentials === 'unknown' && extendsUnread(written, workflow)) continue
      // Nor does anybody know what the settings of a project at some other server hold.
      if (upload.credentials === 'unknown' && isElsewhere(release.pipeline)) continue
      const found = judged(upload)
      if (found === undefined) continue
      // With a token of the project's settings it would work for now.
      yield { ...found, ...(upload.credentials !== 'trusted' && { severity: 'warning' as const }) }
    }
  },
}

/** What a client looks for. */
interface Wanted {
  readonly name: string
  readonly audience: string
}

function judged(upload: TrustedUpload): Found | undefined {
  const { job, step, registry } = upload
  const audience = audienceOf(step.ecosystem, registry)
  const name = step.ecosystem === 'npm' ? 'NPM_ID_TOKEN' : `${audience.toUpperCase()}_ID_TOKEN`
  const wanted = { name, audience }
  const spelt = step.ecosystem === 'npm' ? `"${audience}"` : audience
  const fix = `Write in the job: \`id_tokens: { ${name}: { aud: ${spelt} } }\`.`
  const { variables } = job.idToken
  const own = variables.find((variable) => variable.name === name)
  if (own === undefined) return { place: job.place, fix, ...unnamed(upload, wanted) }
  const audiences = audiencesOf(job, name)
  if (audiences.length > 1) return severalAudiences(upload, { ...own, audiences }, fix)
  if (own.audience === audience || own.audience.includes('$')) return undefined
  return {
    place: own.place,
    message: `${name} has the audience "${own.audience}", and ${registryName(upload)} wants "${audience}": ${refusal(upload)}.`,
    fix,
  }
}

/** There is no variable of the name that the client knows. */
function unnamed(
  upload: TrustedUpload,
  { name, audience }: Wanted,
): Pick<Found, 'message'> & Partial<Pick<Found, 'place'>> {
  const { job, step, credentials } = upload
  const { variables } = job.idToken
  const unless =
    credentials === 'unknown' ? 'Unless a variable of the project holds a stored token, ' : ''
  const end = `${unless}\`${step.text}\` ends with ${without(upload, name)}`
  if (variables.length === 0) {
    return { message: `Job "${job.id}" declares no \`id_tokens\`. ${end}.` }
  }
  const misnamed = variables.find((variable) => variable.audience === audience)
  if (misnamed !== undefined) {
    return {
      place: misnamed.place,
      message: `${misnamed.name} has the right audience and a name that ${step.client} does not look for; it wants ${name}. ${end}.`,
    }
  }
  const declared = variables.map((variable) => variable.name).join(', ')
  return {
    ...(variables[0] && { place: variables[0].place }),
    message: `Job "${job.id}" declares ${declared}, and ${step.client} looks for ${name}. ${end}.`,
  }
}

/** GitLab then writes a list into the token, and PyPI takes one audience only. */
function severalAudiences(
  upload: TrustedUpload,
  own: {
    readonly place: Found['place']
    readonly name: string
    readonly audiences: readonly string[]
  },
  fix: string,
): Found {
  const isPypi = upload.step.ecosystem === 'pypi'
  return {
    ...(!isPypi && { severity: 'warning' as const }),
    place: own.place,
    message: `${own.name} has several audiences (${own.audiences.join(', ')}), and ${registryName(upload)} ${isPypi ? 'takes tokens for itself alone' : 'may take tokens for itself alone'}: ${isPypi ? '' : 'then '}${refusal(upload)}.`,
    fix: `${fix} Give each of the others a variable of its own.`,
  }
}

function audiencesOf({ source }: PublishJob, name: string): readonly string[] {
  return textsOf(child(source.job, 'id_tokens', name, 'aud'))
}

function registryName({ step, registry }: TrustedUpload): string {
  const { host } = new URL(registry)
  if (host === 'registry.npmjs.org') return 'npmjs.com'
  return step.ecosystem === 'pypi' ? host.replace(/^upload\./, '') : host
}

/** What the client says of a token for another audience. */
function refusal({ step }: TrustedUpload): string {
  if (step.ecosystem === 'pypi') return 'the exchange ends with "invalid-token"'
  return step.client === 'pnpm'
    ? 'pnpm ends with ERR_PNPM_ID_TOKEN_REGISTRY_AUDIENCE_MISMATCH'
    : 'the exchange is refused, and the upload ends with ENEEDAUTH or a 404'
}

/** What the client says if it finds no token. */
function without({ step }: TrustedUpload, name: string): string {
  if (step.client === 'uv') {
    return step.args.includes('always')
      ? '"No OIDC token discovered: are you in a supported trusted publishing environment?"'
      : '"Missing credentials"'
  }
  if (step.client === 'yarn') return '"YN0033: No authentication configured for request"'
  return step.ecosystem === 'npm'
    ? '"npm error code ENEEDAUTH"'
    : `"Environment variable ${name} not found"`
}
