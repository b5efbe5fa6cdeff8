/** Holds docs/dependencies.md against the package.json files: every dependency has its reason there, and nothing else. */
import { files, read } from './files.mjs'

/** @returns {string[]} */
export function dependencyProblems() {
  const used = new Set(files(/^(?:packages\/[^/]+\/)?package\.json$/).flatMap(dependenciesOf))
  const rows = read('docs/dependencies.md').matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)
  const told = new Set([...rows].flatMap(([, names = '']) => names.replaceAll('`', '').split(', ')))
  return [
    ...[...used].filter((name) => !told.has(name)).map((name) => `has no row for ${name}`),
    ...[...told].filter((name) => !used.has(name)).map((name) => `has a row for ${name}, unused`),
  ]
}

/** @param {string} path @returns {string[]} */
function dependenciesOf(path) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path))
  const names = Object.keys({ ...dependencies, ...devDependencies })
  return names.filter((name) => !name.startsWith('@trustpub/'))
}
