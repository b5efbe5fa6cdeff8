import { readFileSync } from 'node:fs'
import { PROJECT_KINDS, type Project } from '@trustpub/project'
import { refuse } from './errors.ts'

/** What editors and people write into a JSON file besides the options. */
const ASIDE = new Set(['type', '//', '$schema'])

/**
 * The project that a JSON definition describes: `type` says of which kind, all other members are its options.
 * @param shown the file as messages name it
 * @throws DefinitionError `definition_json`, `definition_type`, and ProjectError for the options
 */
export function projectFromJson(file: string, shown: string): Project {
  const members = parse(readFileSync(file, 'utf8'), shown)
  const kinds = Object.keys(PROJECT_KINDS) as (keyof typeof PROJECT_KINDS)[]
  const kind = kinds.find((one) => one === members.type)
  if (kind === undefined) throw refuse('definition_type', { file: shown, kinds: kinds.join(', ') })
  const options = Object.entries(members).filter(([name]) => !ASIDE.has(name))
  const Kind = PROJECT_KINDS[kind] as new (options: unknown) => Project
  return new Kind(Object.fromEntries(options))
}

function parse(text: string, shown: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw refuse('definition_json', { file: shown, reason: (error as Error).message })
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Record<string, unknown>
  }
  throw refuse('definition_json', { file: shown, reason: 'it must hold an object' })
}
