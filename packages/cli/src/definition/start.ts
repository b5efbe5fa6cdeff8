import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { writePlan } from '@trustpub/project'
import { refuse } from './errors.ts'
import { definitionsIn } from './find.ts'
import { type Loaded, loadDefinition } from './load.ts'
import type { DefinitionText } from './templates.ts'

export interface StartOptions {
  /** Paths of files that may be overwritten. */
  readonly adopt: readonly string[]
  /** Messages name files relative to this folder, which becomes the working directory again after a failure. */
  readonly shownFrom: string
}

/** @throws DefinitionError `definition_exists` where a project is already */
export function refuseProjectIn(folder: string, shownFrom: string): void {
  const [existing] = definitionsIn(folder)
  if (existing === undefined) return
  throw refuse('definition_exists', { file: relative(shownFrom, join(folder, existing)) })
}

/**
 * Writes a definition and all that follows from it. The working directory is the folder afterwards.
 * @throws DefinitionError, ProjectError; then everything is as it was before
 */
export async function startProject(
  folder: string,
  { file, text }: DefinitionText,
  { adopt, shownFrom }: StartOptions,
): Promise<Loaded> {
  const shown = relative(shownFrom, folder) || 'this folder'
  const present = filesIn(folder)
  const made = mkdirSync(folder, { recursive: true })
  const definition = join(folder, file)
  writeFileSync(definition, text, { flag: 'wx' })
  try {
    process.chdir(folder)
    const loaded = await loadDefinition(file, { adopt: present, shownFrom })
    const taken = loaded.plan.changes
      .filter(({ kind, path }) => kind !== 'create' && !adopt.includes(path))
      .map(({ path }) => path)
    if (taken.length > 0) {
      const options = taken.map((path) => `--adopt ${path}`).join(' ')
      throw refuse('folder_taken', { folder: shown, files: taken.join(', '), adopt: options })
    }
    writePlan(loaded.plan)
    return loaded
  } catch (error) {
    process.chdir(shownFrom)
    rmSync(made ?? definition, { recursive: true, force: true })
    throw error
  }
}

/** The files of a folder, relative to it and with `/`, but for what no definition writes. */
function filesIn(folder: string, below = ''): readonly string[] {
  const entries = entriesOf(join(folder, below))
  return entries.flatMap((entry) => {
    if (entry.name === '.git' || entry.name === 'node_modules') return []
    const path = `${below}${entry.name}`
    return entry.isDirectory() ? filesIn(folder, `${path}/`) : [path]
  })
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
