import { refuse } from '../errors.ts'
import type { Project } from '../project.ts'

/**
 * Tells whether a project has a release: because the definition says so, or because something is published.
 * @param publishing the options that ask for something to be published
 * @throws ProjectError `release_off`, `release_nowhere`
 */
export function isReleased(
  type: string,
  { github, gitlab }: Project,
  release: boolean | undefined,
  publishing: readonly string[],
): boolean {
  const [option] = publishing
  if (option === undefined) return release ?? false
  if (release === false) throw refuse('release_off', { type, option })
  if (github === undefined && !gitlab) throw refuse('release_nowhere', { type, option })
  return true
}
