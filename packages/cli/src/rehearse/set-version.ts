import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Does what `npm version ${GITHUB_REF_NAME#v}` and its like do in a job: gives the packages the version that the tag
 * of the run names.
 * @returns what was changed, as sentences
 */
export async function setVersion(directories: readonly string[], ref: string): Promise<string[]> {
  const version = /^refs\/tags\/.*?(\d+\.\d+\.\d+(?:-[\w.-]+)?)$/.exec(ref)?.[1]
  if (version === undefined) {
    return [
      'A command before sets the version; it was not run, since the run has no tag to take one from.',
    ]
  }
  for (const directory of directories) {
    const path = join(directory, 'package.json')
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
  }
  return [`A command before sets the version; it was played as ${version}, from ${ref}.`]
}
