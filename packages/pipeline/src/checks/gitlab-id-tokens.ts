import { audienceOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found } from './check.ts'

/** F33: GitLab's ID tokens are variables, and each client looks for one of its own, with its own audience. */
export const gitlabIdTokens: Check = {
  id: 'gitlab-id-tokens',
  title: 'a GitLab job without the ID token that its client looks for, or with another audience',
  failures: ['F2', 'F33'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      if (upload.credentials === 'token') continue
      const found = judged(upload)
      if (found !== undefined) yield found
    }
  },
}

function judged(upload: TrustedUpload): Found | undefined {
  const { job, step, registry, credentials } = upload
  const audience = audienceOf(step.ecosystem, registry)
  const name = step.ecosystem === 'npm' ? 'NPM_ID_TOKEN' : `${audience.toUpperCase()}_ID_TOKEN`
  const write = `Write in the job: \`id_tokens: { ${name}: { aud: ${step.ecosystem === 'npm' ? `"${audience}"` : audience} } }\`.`
  const { variables } = job.idToken
  if (variables.length === 0) {
    return {
      severity: 'warning',
      place: job.place,
      message: `Job "${job.id}" declares no \`id_tokens\`. Unless a variable of the project holds a stored token, \`${step.text}\` ends with ${without(upload, name)}.`,
      fix: write,
    }
  }
  const own = variables.find((variable) => variable.name === name)
  if (own?.audience === audience) return undefined
  const certain = credentials === 'trusted'
  const common = { ...(!certain && { severity: 'warning' as const }), fix: write }
  if (own !== undefined) {
    return {
      ...common,
      place: own.place,
      message: `${name} has the audience "${own.audience}", and ${step.ecosystem === 'npm' ? 'npmjs.com' : 'the index'} wants "${audience}": the exchange is refused${step.ecosystem === 'pypi' ? ' ("invalid-token: malformed or invalid token")' : ', and npm ends with "ENEEDAUTH"'}.`,
    }
  }
  const misnamed = variables.find((variable) => variable.audience === audience)
  return {
    ...common,
    place: (misnamed ?? variables[0])?.place ?? job.place,
    message:
      misnamed === undefined
        ? `Job "${job.id}" declares ${variables.map((variable) => variable.name).join(', ')}, and ${step.client} looks for ${name}: it ends with ${without(upload, name)}.`
        : `${misnamed.name} has the right audience and a name that ${step.client} does not look for: it wants ${name}, and ends with ${without(upload, name)}.`,
  }
}

function without({ step }: TrustedUpload, name: string): string {
  return step.ecosystem === 'npm'
    ? '"npm error code ENEEDAUTH"'
    : `"Environment variable ${name} not found"`
}
