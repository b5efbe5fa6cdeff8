import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, type Variables } from './environment.ts'
import { temporaryFolder, writeFiles } from './folders.ts'
import { PROGRAM } from './server.ts'
import { cacheFolder, type Finished, run } from './tools.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

/** The environment of somebody who has fetched the tools before and has nothing else. */
export function rehearsalEnvironment(): Variables {
  return { ...cleanEnvironment(), CI: undefined, TRUSTPUB_CACHE: cacheFolder() }
}

/** Runs `trustpub rehearse` with these arguments. */
export function rehearse(
  args: readonly string[],
  env: Variables = rehearsalEnvironment(),
): Promise<Finished> {
  return run(process.execPath, [PROGRAM, 'rehearse', ...args], { cwd: temporaryFolder(), env })
}

/** A copy of an example, with other texts for some of its files. */
export function copyOf(example: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder()
  cpSync(join(EXAMPLES, example), folder, { recursive: true })
  writeFiles(folder, files)
  return folder
}

/** A copy of the GitHub example that releases only its npm package; `change` edits the workflow. */
export function npmExample(change: (workflow: string) => string = (text) => text): string {
  return copyOf('widget', { [WORKFLOW]: change(workflow('publish-npm', 'npm publish')) })
}

/** A copy of the GitHub example that releases only its Python project. */
export function pythonExample(): string {
  const action = 'uses: pypa/gh-action-pypi-publish@release/v1'
  return copyOf('widget', { [WORKFLOW]: workflow('publish-pypi', action) })
}

export const WORKFLOW = '.github/workflows/release.yml'

/** The smallest workflow that releases, with one publishing step. */
export function workflow(job: string, step: string): string {
  return `on:
  release:
    types: [published]
jobs:
  ${job}:
    runs-on: ubuntu-latest
    environment: release
    permissions:
      id-token: write
    steps:
      - ${step.startsWith('uses:') ? step : `run: ${step}`}
`
}

/** One hash over the names and bytes of every file in the folder. */
export function hashOfTree(folder: string): string {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  const files = new Set(
    entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  )
  for (const path of paths) {
    hash.update(`${path}\0`)
    if (files.has(path)) hash.update(readFileSync(path))
  }
  return hash.digest('hex')
}
