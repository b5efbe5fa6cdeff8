import type { PackageName } from '../domain/model.ts'
import { parseNpmName } from '../domain/names.ts'
import { refuse } from '../errors.ts'
import { quoted } from '../invalid-upload.ts'

/**
 * The package that a route names. npm's names are looked up as they are written.
 * @throws InvalidUpload `name_invalid`
 */
export function npmName(text: string | undefined): PackageName {
  const name = parseNpmName(text ?? '')
  return { ecosystem: 'npm', name, normalised: name }
}

/** npm's oldest packages have capitals, and some are called as a module of Node.js; nothing else is in their names. */
const READABLE = /^(?=.{1,214}$)(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/

/**
 * The package that a reader asks for. Names that cannot be published here may be found upstream (`JSONStream`,
 * `events`), so they only do not exist.
 * @throws Refusal `package_not_found` if no registry can have it
 */
export function readableNpmName(text = ''): PackageName {
  if (!READABLE.test(text)) throw refuse('package_not_found', { package: quoted(text) })
  return { ecosystem: 'npm', name: text, normalised: text }
}
