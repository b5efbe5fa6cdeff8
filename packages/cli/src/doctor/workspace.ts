import { existsSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

/** The path of a file of the repository as it is shown. */
export type PathOf = (file: string) => string

/** Programs that read findings count paths from the checkout of the CI, which may hold the repository in a folder. */
export function pathsFromCheckout(directory: string, env: NodeJS.ProcessEnv): PathOf {
  const checkout = env.GITHUB_WORKSPACE || env.CI_PROJECT_DIR || process.cwd()
  if (!existsSync(checkout)) return (file) => file
  const below = relative(realpathSync(checkout), realpathSync(directory)).split(sep)
  if (below[0] === '' || below[0] === '..' || isAbsolute(below.join(sep))) return (file) => file
  return (file) => [...below, file].join('/')
}

/** The way up to the root of the repository that a folder without a CI configuration is in; undefined if it is in none. */
export function rootAbove(directory: string): string | undefined {
  for (let below = directory, at = dirname(directory); at !== below; below = at, at = dirname(at)) {
    const isRoot = ['.git', '.github/workflows', '.gitlab-ci.yml'].some((one) =>
      existsSync(join(at, one)),
    )
    if (isRoot) return relative(directory, at)
  }
  return undefined
}
