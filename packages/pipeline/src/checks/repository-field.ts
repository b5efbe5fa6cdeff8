import { setJsonMember } from '../edits/json-edits.ts'
import { provenanceMode } from '../provenance.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { parseRemote } from '../repository/repository.ts'
import { valuedFlags } from '../steps/commands.ts'
import { parseOptions } from '../steps/options.ts'
import type { Check, Found } from './check.ts'

const LICENCES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'LICENCE.md', 'COPYING']

/** F11: npmjs.com compares `repository` in package.json with the provenance, letter by letter. */
export const repositoryField: Check = {
  id: 'repository-field',
  title:
    '`repository` in package.json that is missing or names another repository than the provenance',
  failures: ['F11'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (hostOf(upload.registry) !== 'registry.npmjs.org') continue
      for (const manifest of release.manifests.npm) {
        if (!upload.step.packages.includes(manifest.directory)) continue
        const mode = provenanceMode(upload, manifest, release)
        if (mode !== 'off') yield* judged(upload, manifest, mode === 'forced', release)
      }
    }
  },
}

function* judged(
  upload: TrustedUpload,
  manifest: NpmManifest,
  forced: boolean,
  release: Release,
): Iterable<Found> {
  const { host = 'github.com', path } = release.pipeline.repository
  const own = parseRemote(manifest.repository ?? '')
  const isSame =
    own !== undefined && (path === undefined || (own.path === path && own.host === host))
  if (isSame) return
  const expected = path === undefined ? 'the address of the repository' : `https://${host}/${path}`
  const written =
    own === undefined ? (manifest.repository ?? '') : `https://${own.host}/${own.path}`
  const isCase = own !== undefined && own.path.toLowerCase() === path?.toLowerCase()
  const certain =
    (forced || looksPublic(manifest, release)) && !isCase && publishesManifest(upload, manifest)
  const start = forced
    ? 'The publish makes provenance, and'
    : 'If the repository is public, npm makes provenance by itself, and'
  yield {
    ...(!certain && { severity: 'warning' as const }),
    place: { file: manifest.file, line: 1, column: 1 },
    message: `${start} npmjs.com refuses the version: "Failed to validate repository information: package.json: 'repository.url' is '${written}', expected to match '${expected}' from provenance".`,
    fix: `Write the repository into ${manifest.file}: ${path === undefined ? '`"repository": "github:owner/name"`' : `\`"repository": { "type": "git", "url": "git+https://${host}/${path}.git" }\``}.`,
    ...edited(manifest, release),
  }
}

/** What is published is the manifest of the repository, not one that the build makes. */
function publishesManifest({ step }: TrustedUpload, { directory }: NpmManifest): boolean {
  if (step.client !== 'npm') return true
  const [target] = parseOptions(step.args, valuedFlags('npm')).rest
  return (
    target === undefined ||
    target === '.' ||
    target.replace(/^\.\//, '') === directory ||
    /\.tgz$/.test(target)
  )
}

/** Provenance is made by itself of public repositories only; a licence is the sign of one. */
function looksPublic({ publishConfig, file }: NpmManifest, release: Release): boolean {
  if (publishConfig.get('access') === 'restricted') return false
  const text = release.source(file)?.text ?? ''
  const licence = /"license"\s*:\s*"([^"]*)"/.exec(text)?.[1]
  if (licence !== undefined) return !/^(?:UNLICENSED|SEE LICEN[CS]E IN.*|)$/i.test(licence)
  return LICENCES.some((name) => release.source(name) !== undefined)
}

function edited(manifest: NpmManifest, release: Release): Pick<Found, 'edits'> {
  const { host, path } = release.pipeline.repository
  const source = release.source(manifest.file)
  if (source === undefined || path === undefined || host === undefined) return {}
  // The address of a git remote is no proof of the letters that the CI will claim.
  if (manifest.repository !== undefined) return {}
  const value = {
    type: 'git',
    url: `git+https://${host}/${path}.git`,
    ...(manifest.directory !== '.' && { directory: manifest.directory }),
  }
  const edit = setJsonMember(source, [], 'repository', value, [
    'license',
    'description',
    'version',
    'name',
  ])
  return edit === undefined ? {} : { edits: [edit] }
}
