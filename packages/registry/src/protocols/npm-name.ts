import type { PackageName } from '../domain/model.ts'
import { parseNpmName } from '../domain/names.ts'

/**
 * The package that a route names. npm's names are looked up as they are written.
 * @throws InvalidUpload `name_invalid`
 */
export function npmName(text: string | undefined): PackageName {
  const name = parseNpmName(text ?? '')
  return { ecosystem: 'npm', name, normalised: name }
}
