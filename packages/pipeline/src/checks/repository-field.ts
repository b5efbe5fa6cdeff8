import { posix } from 'node:path'
import type { Edit, SourceFile } from '../edits/edit.ts'
import { jsonTextAt, setJsonMember } from '../edits/json-edits.ts'
import { looksPublic, provenanceMode } from '../provenance.ts'
import { platformsWith } from '../publishers/platforms.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { parseRemote, type Remote } from '../repository/repository.ts'
import { valuedFlags } from '../steps/commands.ts'
import { parseOptions } from '../steps/options.ts'
import type { Check, Found } from './check.ts'
import { type Crate, crateOf } from './crates.ts'

/** F8, F11: npmjs.com compares `repository` in package.json with the provenance, letter by letter. */
export const repositoryField: Check = {
  id: 'repository-field',
  title:
    '`repository` in package.json that is missing or names another repository than the provenance',
  failures: ['F8', 'F11'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (hostOf(upload.registry) !== 'registry.npmjs.org') continue
      const crate = crateOf(upload, release)
      if (crate !== undefined) yield* ofCrate(upload, crate, release)
      const directories = directoriesOf(upload, release)
      for (const manifest of release.manifests.npm) {
        if (!directories.has(manifest.directory)) continue
        const mode = provenanceMode(upload, manifest, release)
        const found = mode === 'off' ? undefined : judged(upload, manifest, mode, release)
        if (found !== undefined) yield found
      }
    }
  },
}

/** The packages of an upload, and those with binaries that are committed beside them. */
function directoriesOf({ job, step }: TrustedUpload, { pipeline }: Release): ReadonlySet<string> {
  const published = pipeline.packages.filter(
    ({ ecosystem, directory }) => ecosystem === 'npm' && step.packages.includes(directory),
  )
  const platforms = published.flatMap((pkg) => platformsWith(job, step, pkg))
  return new Set([...step.packages, ...platforms.flatMap(({ directory }) => directory ?? [])])
}

function judged(
  upload: TrustedUpload,
  manifest: NpmManifest,
  mode: 'forced' | 'automatic',
  release: Release,
): Found | undefined {
  const { host = 'github.com', path, remotes = [] } = release.pipeline.repository
  const own = parseRemote(manifest.repository ?? '')
  const expected = path === undefined ? undefined : { host, path }
  if (own !== undefined && (expected === undefined || isSame(own, expected))) return undefined
  // The checkout of a fork: releases come from the repository that is named.
  if (own !== undefined && remotes.some((remote) => isSame(remote, own))) return undefined
  const certain =
    (mode === 'forced' || looksPublic(manifest, release)) &&
    isPublished(upload, manifest, release) &&
    (own === undefined || (remotes.length > 0 && !isSameButForCase(own, expected)))
  const start =
    mode === 'forced'
      ? 'The publish makes provenance'
      : certain
        ? 'npm makes provenance by itself, as repository and package are public'
        : 'If repository and package are public, npm makes provenance by itself'
  const address = expected === undefined ? 'the address of the repository' : urlOf(expected)
  return {
    ...(!certain && { severity: 'warning' as const }),
    place: placeOf(manifest, release),
    message: `${start}, and npmjs.com refuses ${manifest.name}: "npm error code E422 … Failed to validate repository information: package.json: "repository.url" is "${own === undefined ? (manifest.repository ?? '') : urlOf(own)}", expected to match "${address}" from provenance".`,
    fix: `Write the repository into ${manifest.file}, in the letters that GitHub or GitLab shows: ${expected === undefined ? '`"repository": "github:owner/name"`' : `\`"repository": { "type": "git", "url": "git+${address}.git" }\``}.`,
    ...((certain || own === undefined) && edited(manifest, own, release)),
  }
}

function isSame(a: Remote, b: Remote): boolean {
  return a.host === b.host && a.path === b.path
}

/** What wasm-pack writes is not in the repository: nobody sees its package.json before npmjs.com does. */
function* ofCrate(
  upload: TrustedUpload,
  { manifest, line }: Crate,
  release: Release,
): Iterable<Found> {
  const mode = provenanceMode(upload, manifest, release)
  const found = mode === 'off' ? undefined : judged(upload, manifest, mode, release)
  const { host = 'github.com', path } = release.pipeline.repository
  if (found === undefined || path === undefined) return
  const { severity } = found
  yield {
    ...(severity !== undefined && { severity }),
    place: { file: manifest.file, line, column: 1 },
    message: `wasm-pack writes package.json from ${manifest.file}. ${found.message}`,
    fix: `Write the repository into ${manifest.file}: \`repository = "${urlOf({ host, path })}"\`.`,
  }
}

/** git takes an address in any case, so that it is no proof of the letters that the CI will claim. */
function isSameButForCase(a: Remote, b: Remote | undefined): boolean {
  return a.path.toLowerCase() === b?.path.toLowerCase()
}

function urlOf({ host, path }: Remote): string {
  return `https://${host}/${path}`
}

/** What is published is the manifest of the repository, not one that the build makes or changes. */
function isPublished(
  { step, job }: TrustedUpload,
  manifest: NpmManifest,
  release: Release,
): boolean {
  if (manifest.publishConfig.has('directory')) return false
  const text = release.source(manifest.file)?.text ?? ''
  const scripts = [...manifest.scripts].filter(([name]) => /^prep/.test(name))
  const changes = /pkg set|package\.json|clean-package|clean-publish/
  if (/"clean-(?:package|publish)"/.test(text) || scripts.some(([, one]) => changes.test(one)))
    return false
  if (job.steps.some(({ commands }) => commands.some(({ text: one }) => SETS.test(one))))
    return false
  const [target] = ['npm', 'pnpm'].includes(step.client)
    ? parseOptions(step.args, valuedFlags(step.client)).rest
    : []
  if (target === undefined || target === '.') return true
  return posix.join(step.directory, target).replace(/\/$/, '') === manifest.directory
}

/** Commands that write the field. */
const SETS = /pkg set\b.*\brepository|\brepository\b.*package\.json|package\.json.*\brepository\b/

function placeOf({ file }: NpmManifest, release: Release) {
  const lines = release.source(file)?.text.split('\n') ?? []
  const at = lines.findIndex((line) => /^\s*"repository"\s*:/.test(line))
  return { file, line: Math.max(0, at) + 1, column: 1 }
}

function edited(
  manifest: NpmManifest,
  own: Remote | undefined,
  release: Release,
): Pick<Found, 'edits'> {
  const { host, path } = release.pipeline.repository
  const source = release.source(manifest.file)
  if (source === undefined || host === undefined || path === undefined) return {}
  const edit =
    own === undefined
      ? added(source, `git+${urlOf({ host, path })}.git`, manifest.directory)
      : corrected(source, own, { host, path })
  return edit === undefined ? {} : { edits: [edit] }
}

const NEIGHBOURS = ['license', 'description', 'version', 'name']

/** A new field, or an address for one that has none. */
function added(source: SourceFile, url: string, directory: string): Edit | undefined {
  const value = { type: 'git', url, ...(directory !== '.' && { directory }) }
  return (
    setJsonMember(source, ['repository'], 'url', url, ['type']) ??
    setJsonMember(source, [], 'repository', value, NEIGHBOURS)
  )
}

/** The address within the field, as it is written there. */
function corrected(source: SourceFile, own: Remote, { host, path }: Remote): Edit | undefined {
  const written = jsonTextAt(source, [], 'repository') ?? jsonTextAt(source, ['repository'], 'url')
  if (written === undefined || own.host !== host) return undefined
  const [before, after, ...more] = written.value.split(own.path)
  if (before === undefined || after === undefined || more.length > 0) return undefined
  const { start, end } = written
  return { file: source.file, start, end, text: JSON.stringify(before + path + after) }
}
