import type { Place } from '../model.ts'
import { joinInside } from '../repository/files.ts'

/** An environment variable as the CI file sets it; the value may hold expressions. */
export interface Variable {
  readonly value: string
  readonly place: Place
}

export type Variables = ReadonlyMap<string, Variable>

/** Writes literal variables out: `$DIR/dist`, `${DIR}`. What is only known at run time stays as it is. */
export function expand(text: string, variables: Variables): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (written, braced?: string, bare?: string) => {
    const value = variables.get(braced ?? bare ?? '')?.value
    return value === undefined || (isOpen(value) && !isInCheckout(value)) ? written : value
  })
}

/** Tells whether a text still holds something that only the CI knows. */
export function isOpen(text: string): boolean {
  return /[$`]/.test(text)
}

/** The variable under a name; npm takes its configuration in any letter case. */
export function valueIn(variables: Variables, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const [key, { value }] of variables) {
      if (key.toLowerCase() === name.toLowerCase() && value !== '') return expand(value, variables)
    }
  }
  return undefined
}

// The checkout, as GitHub (variable and expression) and GitLab name it.
const CHECKOUT =
  /^(?:\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR)\}?|\$\{\{ *github\.workspace *\}\}|\$\(git rev-parse --show-toplevel\))(?:\/|$)/

function isInCheckout(path: string): boolean {
  const root = CHECKOUT.exec(path)?.[0]
  return root !== undefined && !isOpen(path.slice(root.length))
}

/** A path of a CI file, relative to the root; undefined outside the checkout or if only known at run time. */
export function pathIn(
  directory: string | undefined,
  written: string,
  variables: Variables,
): string | undefined {
  const path = expand(written, variables)
  // A loop goes through several.
  if (/[*{]/.test(path)) return undefined
  const fromRoot = CHECKOUT.exec(path)
  if (fromRoot !== null) return joinInside('.', path.slice(fromRoot[0].length) || '.')
  return directory === undefined ? undefined : joinInside(directory, path)
}
