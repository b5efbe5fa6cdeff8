/**
 * Keeps package-lock.json usable from any registry and mirror: no download addresses (npm writes none with
 * `omit-lockfile-registry-resolved=true`), every package with its digest, none that runs a script when installed, and none
 * missing. npm leaves out the parts for other platforms if it cannot get them, and `npm ci` then refuses the file.
 */
import { files, read } from './files.mjs'

/** Optional helpers of development tools for other platforms; their scripts do not run here. */
const MAY_RUN_SCRIPTS = ['node_modules/fsevents']
const REGISTRIES =
  /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|npm\.pkg\.github\.com)\b/

/** @param {string} path @param {Record<string, unknown>} entry @returns {string[]} */
function entryProblems(path, entry) {
  const ours = path === '' || path.startsWith('packages/')
  if (ours || entry.link === true) return []
  const problems = []
  if (entry.resolved !== undefined) problems.push(`has the download address ${entry.resolved}`)
  if (entry.integrity === undefined) problems.push('has no digest (integrity)')
  if (entry.hasInstallScript === true && !MAY_RUN_SCRIPTS.includes(path)) {
    problems.push('runs a script when it is installed')
  }
  return problems.map((problem) => `package-lock.json: ${path} ${problem}`)
}

/** Where Node would look for `name` from `path`, nearest first. @param {string} path @param {string} name */
function isLocked(path, name) {
  if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`] !== undefined) return true
  if (path === '') return false
  return isLocked(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name)
}

/** @param {string} path @param {{ optionalDependencies?: Record<string, string> }} entry @returns {string[]} */
function missingProblems(path, { optionalDependencies = {} }) {
  const missing = Object.keys(optionalDependencies).filter((name) => !isLocked(path, name))
  return missing.map((name) => `package-lock.json: ${path} needs ${name}, which is missing`)
}

/** @param {string} path */
function namesRegistry(path) {
  const [found] = REGISTRIES.exec(read(path)) ?? []
  return found === undefined ? [] : [`${path} names the registry ${found}`]
}

/** @type {Record<string, Record<string, unknown>>} */
const packages = JSON.parse(read('package-lock.json')).packages
const problems = [
  ...Object.entries(packages).flatMap(([path, entry]) => entryProblems(path, entry)),
  ...Object.entries(packages).flatMap(([path, entry]) => missingProblems(path, entry)),
  ...['package-lock.json', ...files(/^(?:packages\/[^/]+\/)?\.npmrc$/)].flatMap(namesRegistry),
]
for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error(
    'Write it anew: rm package-lock.json && npm install --omit-lockfile-registry-resolved',
  )
}
process.exitCode = problems.length === 0 ? 0 : 1
