import type { Release, TrustedUpload } from './release.ts'
import type { NpmManifest } from './repository/manifest-npm.ts'
import { flagValue, parseOptions } from './steps/options.ts'

/** Whether an npm publish makes provenance. automatic: if repository and package are public, which no file tells. */
export type ProvenanceMode = 'forced' | 'automatic' | 'off'

/** Decides as npm does: flag, environment, `publishConfig`, `.npmrc`; then by itself after an exchange. */
export function provenanceMode(
  upload: TrustedUpload,
  manifest: NpmManifest,
  release: Release,
): ProvenanceMode {
  const { job, step, credentials } = upload
  const said =
    byFlag(step.args) ??
    byVariable(upload) ??
    byManifest(manifest, release) ??
    asBoolean(manifest.npmrc.get('provenance'))
  if (said !== undefined) return said && job.idToken.granted ? 'forced' : 'off'
  if (step.ecosystem !== 'npm' || !MAKES_ITS_OWN.has(step.client)) return 'off'
  const atGitlab = release.pipeline.provider === 'gitlab'
  const canSign =
    !atGitlab || job.idToken.variables.some(({ name }) => name === 'SIGSTORE_ID_TOKEN')
  return credentials === 'trusted' && canSign ? 'automatic' : 'off'
}

/** npm, and the tools that leave the upload to it. */
const MAKES_ITS_OWN: ReadonlySet<string> = new Set([
  'npm',
  'changesets',
  'semantic-release',
  'lerna',
  'nx',
  'release-it',
  'np',
])

function byFlag(args: readonly string[]): boolean | undefined {
  if (args.includes('--no-provenance')) return false
  const value = flagValue(parseOptions(args, new Set()), '--provenance')
  return value === undefined ? undefined : value !== 'false'
}

function byVariable({ job, step }: TrustedUpload): boolean | undefined {
  const own = job.steps.find(({ tree }) => tree === step.within)
  const found = [...(own?.variables ?? [])].find(([name]) => /^npm_config_provenance$/i.test(name))
  return asBoolean(found?.[1].value)
}

/** `publishConfig.provenance` is a boolean, which the manifest's texts leave out. */
function byManifest({ file, publishConfig }: NpmManifest, release: Release): boolean | undefined {
  const text = release.source(file)?.text ?? ''
  const config = /"publishConfig"\s*:\s*\{[^{}]*\}/.exec(text)?.[0] ?? ''
  const value = /"provenance"\s*:\s*(true|false)/.exec(config)?.[1]
  return asBoolean(value ?? publishConfig.get('provenance'))
}

function asBoolean(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}
