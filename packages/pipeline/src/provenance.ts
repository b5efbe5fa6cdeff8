import type { PublishJob } from './model.ts'
import { once } from './once.ts'
import type { Release, TrustedUpload } from './release.ts'
import type { NpmManifest } from './repository/manifest-npm.ts'
import { flagValue, parseOptions } from './steps/options.ts'

/** Whether an npm publish makes provenance. automatic: if repository and package are public, which no file tells. */
export type ProvenanceMode = 'forced' | 'automatic' | 'off'

/** Decides as npm does: what is asked for; else by itself after an exchange. */
export function provenanceMode(
  upload: TrustedUpload,
  manifest: NpmManifest,
  release: Release,
): ProvenanceMode {
  const { job, step, credentials } = upload
  const { wanted, refused } = provenanceAsked(upload, manifest, release)
  if (wanted) return job.idToken.granted ? 'forced' : 'off'
  if (refused || step.ecosystem !== 'npm' || !MAKES_ITS_OWN.has(step.client)) return 'off'
  const atGitlab = release.pipeline.provider === 'gitlab'
  const canSign =
    !atGitlab || job.idToken.variables.some(({ name }) => name === 'SIGSTORE_ID_TOKEN')
  return credentials === 'trusted' && canSign ? 'automatic' : 'off'
}

/**
 * What flag, `publishConfig`, environment and `.npmrc` say of provenance, the first that says something. Only flag,
 * environment and `.npmrc` keep npm and pnpm from making it by themselves; `publishConfig` does not (measured).
 */
export function provenanceAsked(
  upload: TrustedUpload,
  manifest: NpmManifest,
  release: Release,
): { readonly wanted: boolean; readonly refused: boolean } {
  const flag = byFlag(upload.step.args)
  const config = byManifest(manifest, release)
  const setting =
    byVariable(upload) ?? byCommand(upload.job) ?? asBoolean(npmrcOf(manifest, release))
  return {
    wanted: flag ?? config ?? setting ?? false,
    refused: (flag ?? setting) === false,
  }
}

/** npm, and the tools that leave the upload to it. */
const MAKES_ITS_OWN: ReadonlySet<string> = new Set([
  'npm',
  'pnpm',
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

/** `npm config set provenance true`, as some templates write it. */
const byCommand = once((job: PublishJob): boolean | undefined => {
  const texts = job.steps.flatMap(({ commands }) => commands.map(({ words }) => words.join(' ')))
  const found = texts.map((text) => /^npm (?:config )?set provenance[= ](\w+)/.exec(text)?.[1])
  return asBoolean(found.findLast((value) => value !== undefined))
})

/** `publishConfig.provenance` is a boolean, which the manifest's texts leave out. */
function byManifest({ file, publishConfig }: NpmManifest, release: Release): boolean | undefined {
  const text = release.source(file)?.text ?? ''
  const config = /"publishConfig"\s*:\s*\{[^{}]*\}/.exec(text)?.[0] ?? ''
  const value = /"provenance"\s*:\s*(true|false)/.exec(config)?.[1]
  return asBoolean(value ?? publishConfig.get('provenance'))
}

/** Its own, or that of the root. */
function npmrcOf({ npmrc }: NpmManifest, { manifests }: Release): string | undefined {
  const root = manifests.npm.find(({ directory }) => directory === '.')
  return npmrc.get('provenance') ?? root?.npmrc.get('provenance')
}

function asBoolean(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

const LICENCES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'LICENCE.md', 'COPYING']

/** What `npm init` writes by itself, and what says that nobody may use it. */
const NO_SIGN = /^(?:ISC|UNLICENSED|SEE LICEN[CS]E IN.*|)$/i

/**
 * Tells whether everything speaks for a public repository with a public package, of which provenance is made by itself:
 * a version with provenance is out, or there is an open licence.
 */
export function looksPublic(manifest: NpmManifest, release: Release): boolean {
  if (manifest.publishConfig.get('access') === 'restricted') return false
  if (release.online?.packages.get(`npm:${manifest.name}`)?.builtBy !== undefined) return true
  const licences = [manifest.file, 'package.json'].map((file) => {
    const text = release.source(file)?.text ?? ''
    return /"license"\s*:\s*"([^"]*)"/.exec(text)?.[1]
  })
  const said = licences.find((one) => one !== undefined)
  if (said !== undefined && /^UNLICENSED$/i.test(said)) return false
  const isOpen = said !== undefined && !NO_SIGN.test(said)
  return isOpen || LICENCES.some((name) => release.source(name) !== undefined)
}
