import { PipelineError } from '../errors.ts'
import type { Place } from '../place.ts'
import { packageNames, type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { child, entriesOf, type Tree, textOf } from '../yaml/tree.ts'
import { parseYaml } from '../yaml/yaml-file.ts'
import type { Check, Found } from './check.ts'
import { variableOf } from './step-of.ts'

const SETTINGS = '.yarnrc.yml'

/** F2, F17: yarn never tries an exchange while it has a token, whatever it is worth. An empty one counts as none. */
export const yarnToken: Check = {
  id: 'yarn-token',
  title: 'a token in .yarnrc.yml, which keeps yarn from exchanging ID tokens',
  failures: ['F2', 'F17'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.client !== 'yarn' || upload.credentials !== 'trusted') continue
      for (const token of tokensFor(upload, release)) {
        const found = judged(upload, token, release)
        if (found !== undefined) yield found
      }
    }
  },
}

interface Token {
  readonly value: string
  readonly place: Place
}

/** The tokens that yarn takes for the registry: of the scope, of the registry, of all. */
function tokensFor(upload: TrustedUpload, release: Release): readonly Token[] {
  const settings = settingsIn(release)
  const host = new URL(upload.registry).host
  const scopes = packageNames(release, upload.step).map((name) => name.split('/')[0]?.slice(1))
  const registries = entriesOf(child(settings, 'npmRegistries')).filter(([url]) =>
    url.includes(host),
  )
  const places = [
    settings,
    ...registries.map(([, one]) => one),
    ...scopes.map((scope) => child(settings, 'npmScopes', scope ?? '')),
  ]
  const written = places.flatMap((tree) => {
    const token = child(tree, 'npmAuthToken')
    const value = textOf(token)
    return token === undefined || value === undefined ? [] : [{ value, place: token.place }]
  })
  const { job, step } = upload
  const variable = variableOf(job, step, 'YARN_NPM_AUTH_TOKEN')
  return variable === undefined ? written : [...written, { ...variable, place: step.place }]
}

function settingsIn(release: Release): Tree | undefined {
  const source = release.source(SETTINGS)
  try {
    return source && parseYaml(SETTINGS, source.text, 'gitlab')
  } catch (error) {
    if (error instanceof PipelineError) return undefined
    throw error
  }
}

function judged(
  { job, step }: TrustedUpload,
  { value, place }: Token,
  { pipeline }: Release,
): Found | undefined {
  const [, name, otherwise] = /^\$\{(\w+)(?::?-([^}]*))?\}$/.exec(value) ?? []
  const set = name === undefined ? undefined : variableOf(job, step, name)?.value
  if (set?.includes('$') || (name === undefined && value.includes('$'))) return undefined
  if (name !== undefined && set === undefined && otherwise === undefined) {
    // At GitLab it may be set in the project.
    if (pipeline.provider !== 'github') return undefined
    return {
      place,
      message: `Nothing sets ${name} in job "${job.id}", so every yarn command ends with "Usage Error: Environment variable not found (${name})".`,
      fix: `Take \`npmAuthToken\` out of ${SETTINGS}, or write \`\${${name}:-}\`: with an empty token yarn exchanges the ID token.`,
    }
  }
  const token = name === undefined ? value : set || (otherwise ?? '')
  if (token === '') return undefined
  return {
    place,
    message: `yarn takes this for a token and never exchanges the ID token of job "${job.id}": the upload ends with "YN0035: Not found" (404).`,
    fix: 'Take the token out: without one yarn exchanges the ID token.',
  }
}
