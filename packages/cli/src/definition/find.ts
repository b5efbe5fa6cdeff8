import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DEFINITION_FILES } from '@trustpub/project'
import { UsageError } from '../command.ts'
import { refuse } from './errors.ts'

/** The definition files in a folder. */
export function definitionsIn(folder: string): readonly string[] {
  return DEFINITION_FILES.filter((file) =>
    statSync(join(folder, file), { throwIfNoEntry: false })?.isFile(),
  )
}

/**
 * The name of the one definition in a folder.
 * @throws UsageError if there is none, DefinitionError `definition_several`
 */
export function findDefinition(folder: string): string {
  const [file, ...others] = definitionsIn(folder)
  if (file === undefined) {
    throw new UsageError(
      `There is no definition in ${folder} (${DEFINITION_FILES.join(', ')}). trustpub new starts a project with one.`,
    )
  }
  if (others.length === 0) return file
  throw refuse('definition_several', { folder, files: [file, ...others].join(', ') })
}
