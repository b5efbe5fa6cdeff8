import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Package } from '@trustpub/pipeline'

/** What nobody means to publish: it stands in for a version that the pipeline computes. */
const PLACEHOLDER = /^0\.0\.0(?:-|$)/

/** What the rehearsal takes for a version that only a run computes. */
export const STAND_IN = '1.0.0'

/** Whether a manifest's version is one that people mean to publish. */
export function isMeant(version: string): boolean {
  return !PLACEHOLDER.test(version)
}

/**
 * Does what `npm version ${GITHUB_REF_NAME#v}` and its like do in a pipeline: gives the packages the version that the
 * tag of the run names. Without a tag a package whose version is only a placeholder is given `STAND_IN`.
 * @param root the copy of the repository
 * @returns what was changed, as sentences
 */
export async function setVersion(
  root: string,
  packages: readonly Package[],
  ref: string,
): Promise<string[]> {
  const ofTag = /^refs\/tags\/.*?(\d+\.\d+\.\d+(?:-[\w.-]+)?)$/.exec(ref)?.[1]
  const notes = new Set<string>()
  for (const pkg of packages) {
    const standIn = pkg.version !== undefined && !isMeant(pkg.version) ? STAND_IN : undefined
    const version = ofTag ?? standIn
    if (version !== undefined) await writeVersion(root, pkg, version)
    notes.add(noteOf(version, ofTag === undefined ? undefined : ref))
  }
  return [...notes]
}

function noteOf(version: string | undefined, tag: string | undefined): string {
  if (version === undefined)
    return 'A command before sets the version; it was not run, since the run has no tag to take one from.'
  const from = tag === undefined ? 'as only a run of the CI computes it' : `from ${tag}`
  return `A command before sets the version; it was played as ${version}, ${from}.`
}

async function writeVersion(root: string, pkg: Package, version: string): Promise<void> {
  const isNode = pkg.ecosystem === 'npm' || pkg.jsii !== undefined
  const path = join(root, pkg.directory, isNode ? 'package.json' : 'pyproject.toml')
  const text = await readFile(path, 'utf8')
  await writeFile(path, isNode ? inJson(text, version) : inToml(text, version))
}

function inJson(text: string, version: string): string {
  const manifest = JSON.parse(text) as Record<string, unknown>
  return `${JSON.stringify({ ...manifest, version }, null, 2)}\n`
}

/** The `version` of `[project]` or `[tool.poetry]`; a project whose build computes it has none. */
function inToml(text: string, version: string): string {
  let table = ''
  const lines = text.split('\n').map((line) => {
    table = /^\s*\[{1,2}([\w.-]+)\]/.exec(line)?.[1] ?? table
    if (table !== 'project' && table !== 'tool.poetry') return line
    return line.replace(/^(\s*version\s*=\s*)(["']).*?\2/, `$1"${version}"`)
  })
  return lines.join('\n')
}
