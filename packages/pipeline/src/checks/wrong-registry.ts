import type { PublishJob, PublishStep } from '../model.ts'
import { hostOf } from '../publishers/registries.ts'
import type { Release } from '../release.ts'
import { valuedFlags } from '../steps/commands.ts'
import { flagValue, parseOptions } from '../steps/options.ts'
import type { Check, Found } from './check.ts'
import { stepOf, variableOf } from './step-of.ts'

const NPMJS = 'https://registry.npmjs.org/'

/** Other names of npmjs.com's registry and copies of it: the ID token is made out to the name that is written. */
const COPIES = [
  'registry.yarnpkg.com',
  'registry.npmjs.com',
  'registry.npmmirror.com',
  'registry.npm.taobao.org',
]

const GITHUB_PACKAGES = 'npm.pkg.github.com'

/** F18: the package goes to another host than the one that trusts the workflow. */
export const wrongRegistry: Check = {
  id: 'wrong-registry',
  title: 'an upload that goes to another registry than the one that would take it',
  failures: ['F18'],
  severity: 'error',
  *find(release) {
    for (const job of release.pipeline.jobs) {
      for (const step of job.publishes) {
        if (step.ecosystem !== 'npm' || step.registry === undefined) continue
        const found =
          toGithubPackages(job, step) ??
          (withoutToken(job, step) ? misdirected(job, step, step.registry, release) : undefined)
        if (found !== undefined) yield found
      }
    }
  },
}

/** Nothing but an ID token could let it publish. */
function withoutToken(job: PublishJob, step: PublishStep): boolean {
  return job.idToken.granted && step.storedSecrets.length === 0 && !usesGithubToken(job)
}

function usesGithubToken({ steps }: PublishJob): boolean {
  const mentions = (text: string): boolean => /secrets\.GITHUB_TOKEN|github\.token/i.test(text)
  return steps.some(
    ({ variables, inputs, commands }) =>
      [...variables].some(
        ([name, { value }]) => mentions(value) && !/^(?:GITHUB|GH)_TOKEN$/.test(name),
      ) ||
      mentions(inputs.get('token') ?? '') ||
      commands.some(({ text }) => /_authToken/.test(text)),
  )
}

function misdirected(
  job: PublishJob,
  step: PublishStep,
  registry: string,
  release: Release,
): Found | undefined {
  const { place, text } = step
  const host = hostOf(registry)
  const inJob = `\`${text}\` in job "${job.id}"`
  if (COPIES.includes(host)) {
    const byYarn =
      host === 'registry.yarnpkg.com' ? ', where Yarn 1 puts it for every script that it runs' : ''
    return {
      place,
      message: `${inJob} goes to ${host}, where the package has no trusted publisher: "npm error code ENEEDAUTH … This command requires you to be logged in to ${registry}".`,
      fix: `Publish to ${NPMJS}: take the other address out of .npmrc, \`publishConfig\` or the environment${byYarn}, or add \`--registry ${NPMJS}\`.`,
    }
  }
  if (registry.startsWith('http://registry.npmjs.org')) {
    return {
      severity: 'warning',
      place,
      message: `${inJob} goes to npmjs.com over plain http, which hands the token to everybody on the way, if the upload is taken at all.`,
      fix: `Write \`${NPMJS}\`.`,
    }
  }
  // setup-node writes the slash itself.
  const isSetUp = job.steps.some(({ inputs }) => inputs.get('registry-url') === registry)
  const isOtherwise = host === hostOf(NPMJS) && registry !== NPMJS && !isSetUp
  if (step.client === 'semantic-release' && isOtherwise) {
    return {
      place,
      message: `semantic-release exchanges ID tokens for a registry that is written \`${NPMJS}\` only, and here it is \`${registry}\`: job "${job.id}" ends with "ENONPMTOKEN No npm token specified."`,
      fix: `Write \`${NPMJS}\`, with the slash at the end, or leave the registry out.`,
    }
  }
  return host === hostOf(NPMJS) ? undefined : redirected(job, step, registry, release)
}

/** `@scope:registry` in .npmrc counts more than everything else that names a registry (measured). */
function redirected(
  job: PublishJob,
  step: PublishStep,
  registry: string,
  { manifests }: Release,
): Found | undefined {
  const own = manifests.npm.filter(({ directory }) => step.packages.includes(directory))
  const around = manifests.npm.filter(({ directory }) => directory === '.')
  const scopes = own.map(({ name }) => /^@[^/]+/.exec(name ?? '')?.[0])
  const scope = scopes.find((one) =>
    [...own, ...around].some(({ npmrc }) => npmrc.get(`${one}:registry`) === registry),
  )
  const flag = flagValue(parseOptions(step.args, valuedFlags(step.client)), '--registry')
  const setUp = job.steps.map(({ inputs }) => inputs.get('registry-url'))
  const meant = [flag, ...own.map(({ publishConfig }) => publishConfig.get('registry')), ...setUp]
  if (
    scope === undefined ||
    !meant.some((one) => one !== undefined && hostOf(one) === hostOf(NPMJS))
  )
    return undefined
  return {
    place: step.place,
    message: `\`${step.text}\` in job "${job.id}" goes to ${hostOf(registry)}: \`${scope}:registry\` in .npmrc counts more than what names npmjs.com. "npm error code ENEEDAUTH … This command requires you to be logged in to ${registry}".`,
    fix: `Take \`${scope}:registry\` out of .npmrc, or publish with \`--${scope}:registry=${NPMJS}\`.`,
  }
}

/** GitHub Packages takes the token of the job, if that may write packages. */
function toGithubPackages(job: PublishJob, step: PublishStep): Found | undefined {
  const { permissions } = job
  if (hostOf(step.registry ?? '') !== GITHUB_PACKAGES || step.storedSecrets.length > 0)
    return undefined
  const token =
    variableOf(job, step, 'NODE_AUTH_TOKEN')?.value ?? stepOf(job, step)?.inputs.get('token')
  if (!/secrets\.GITHUB_TOKEN|github\.token/i.test(token ?? '')) return undefined
  const mayWrite = permissions.all === 'write' || permissions.scopes.get('packages') === 'write'
  if (permissions.from === 'default' || mayWrite) return undefined
  return {
    place: permissions.place ?? step.place,
    message: `\`${step.text}\` uploads to GitHub Packages with the token of job "${job.id}", which may not write packages: "npm error code E403".`,
    fix: 'Add `packages: write` to the permissions of the job.',
  }
}
