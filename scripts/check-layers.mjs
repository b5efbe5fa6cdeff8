/**
 * Enforces the import rules of docs/architecture.md: who may import whom, and who may touch the process. The tables say
 * everything; what they do not allow is refused.
 */
import { exists, files, read } from './files.mjs'
import { BROKEN, KEPT } from './layer-examples.mjs'

/** What each package may import of the others. */
const PACKAGES = {
  identity: [],
  provenance: ['identity'],
  pipeline: ['identity'],
  project: ['identity'],
  publisher: ['identity', 'provenance'],
  registry: ['identity', 'provenance'],
  cli: ['identity', 'pipeline', 'project', 'provenance', 'publisher', 'registry'],
}

/** What a type of project is made of. */
const PROJECT_TYPE = ['./', 'files/', 'github/', 'options/', 'release/', 'synth/']

/**
 * What the parts of a package may import besides themselves. A key ends in `/` for a folder and names a file otherwise;
 * `./` stands for the files beside the folders, `*` for everything. The first key that fits counts; a package that is
 * not listed has no rules inside. Tests are free: they put parts together as they like.
 */
const PARTS = {
  identity: {
    'providers/': ['check.ts', 'fields.ts', 'id-token-request.ts', 'provider.ts', 'simulate.ts'],
    'testing/': ['*'],
    './': ['providers/'],
  },
  pipeline: {
    'yaml/': ['errors.ts', 'place.ts'],
    'repository/': ['errors.ts', 'model.ts', 'once.ts', 'yaml/'],
    'steps/': ['errors.ts', 'job.ts', 'model.ts', 'place.ts', 'repository/', 'yaml/'],
    'github/': ['errors.ts', 'job.ts', 'model.ts', 'place.ts', 'repository/', 'steps/', 'yaml/'],
    'gitlab/': ['errors.ts', 'job.ts', 'model.ts', 'place.ts', 'repository/', 'steps/', 'yaml/'],
    'publishers/': ['job.ts', 'model.ts', 'repository/'],
    'edits/': ['errors.ts', 'place.ts', 'yaml/'],
    'checks/': ['*'],
    'migrations/': ['*'],
    './': ['*'],
  },
  project: {
    'files/': ['component.ts', 'errors.ts', 'json-patch.ts', 'project.ts'],
    'options/': ['errors.ts', 'nearest.ts', 'project.ts', 'github/job.ts', 'release/choices.ts'],
    'synth/': ['component.ts', 'errors.ts', 'project.ts', 'files/'],
    'github/': [
      'component.ts',
      'errors.ts',
      'project.ts',
      'files/',
      'options/',
      'release/recipe.ts',
    ],
    'gitlab/': ['component.ts', 'errors.ts', 'project.ts', 'files/'],
    'release/': [
      'component.ts',
      'errors.ts',
      'project.ts',
      'repository.ts',
      'shell.ts',
      'files/',
      'github/',
      'gitlab/',
      'options/',
    ],
    'node/': PROJECT_TYPE,
    'python/': PROJECT_TYPE,
    'jsii/': [...PROJECT_TYPE, 'node/'],
    './': ['*'],
    'namespaces/': ['*'],
  },
  registry: {
    'archives/': ['invalid-upload.ts', 'domain/names.ts', 'domain/pep440.ts'],
    'domain/': ['errors.ts', 'invalid-upload.ts'],
    'storage/': ['domain/ports.ts', 'domain/model.ts'],
    'http/': ['errors.ts', 'log.ts', 'registry.ts', 'domain/'],
    'protocols/': [
      'errors.ts',
      'invalid-upload.ts',
      'log.ts',
      'registry.ts',
      'domain/',
      'archives/',
      'http/',
    ],
    'api/': ['errors.ts', 'log.ts', 'registry.ts', 'domain/', 'http/'],
    'app.ts': ['*'],
    './': ['api/', 'archives/', 'domain/', 'http/', 'protocols/'],
  },
}

/** What only the files named here may do, within the packages named here. */
const USES = [
  {
    what: 'reads the environment',
    pattern: /\bprocess\.env\b/,
    packages: ['identity', 'pipeline', 'project', 'provenance', 'publisher', 'registry'],
    allowed: ['packages/registry/src/config.ts'],
  },
  {
    what: 'ends the process',
    pattern: /\bprocess\.(?:exit|exitCode|abort)\b/,
    packages: Object.keys(PACKAGES),
    // A second Ctrl-C ends at once; install.ts holds the text of a program that it runs.
    allowed: [
      'packages/cli/src/main.ts',
      'packages/cli/src/tools/interruption.ts',
      'packages/cli/src/rehearse/install.ts',
    ],
  },
  {
    what: 'prints',
    pattern: /\bprocess\.(?:stdout|stderr)\b|\bconsole\.\w+\(/,
    packages: Object.keys(PACKAGES),
    allowed: [
      'packages/cli/src/main.ts',
      'packages/cli/src/ui/ui.ts',
      'packages/cli/src/rehearse/install.ts',
    ],
  },
  {
    what: 'takes the process apart, which hides what it uses of it',
    pattern: /\}\s*=\s*process\b(?!\.)|['"](?:node:)?process['"]/,
    packages: Object.keys(PACKAGES),
    allowed: ['packages/cli/src/ui/ui.ts', 'packages/cli/src/rehearse/install.ts'],
  },
]

const TEST = /\.(?:test|contract)\.tsx?$|\.test\.util\.ts$|\/(?:[a-z]+-)?testing(?:-[a-z]+)?\.ts$/
const NAMES = String.raw`(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|(?:\w+\s*,\s*)?\{[^}]*\}|\w+)`
const STATIC = new RegExp(
  String.raw`^(?:import|export)\s+(?:${NAMES}\s*from\s*)?['"]([^'"]+)['"]`,
  'gm',
)
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g

/**
 * What is wrong with one source file, as sentences.
 * @param {string} path from the root of the repository, e.g. `packages/cli/src/main.ts`
 * @param {string} text
 * @returns {string[]}
 */
export function layerProblems(path, text) {
  const code = withoutComments(text)
  const [, name = ''] = /^packages\/([^/]+)\//.exec(path) ?? []
  if (path.startsWith('packages/') && !(name in PACKAGES)) {
    return [`${path}: the package ${name} is not in the table of scripts/check-layers.mjs`]
  }
  const problems = importsOf(code).flatMap((to) => importProblem(path, name, to) ?? [])
  if (!TEST.test(path)) problems.push(...useProblems(path, name, code))
  return problems.map((problem) => `${path} ${problem}`)
}

/** Whole-line comments only; what stands after code on a line never looks like an import. @param {string} text */
function withoutComments(text) {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '')
}

/** @param {string} code @returns {string[]} */
function importsOf(code) {
  return [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map(([, to = '']) => to)
}

/** @param {string} from @param {string} name @param {string} to @returns {string | undefined} */
function importProblem(from, name, to) {
  if (to.startsWith('.')) return relativeProblem(from, name, to)
  const [, owner = '', subpath = ''] = /^@trustpub\/([^/]+)(\/.*)?$/.exec(to) ?? []
  if (owner === '') return undefined
  if (subpath !== '' && !(`.${subpath}` in exportsOf(owner))) {
    return `imports ${to}, a file inside another package; export it from its index.ts`
  }
  const allowed = name === '' ? Object.keys(PACKAGES) : PACKAGES[name]
  if (allowed.includes(owner)) return undefined
  return `imports ${to}, but ${name} may import ${allowed.join(', ') || 'no other package'}`
}

/** @param {string} name @returns {Record<string, unknown>} */
function exportsOf(name) {
  const file = `packages/${name}/package.json`
  return exists(file) ? (JSON.parse(read(file)).exports ?? {}) : {}
}

/** @param {string} from @param {string} name @param {string} to @returns {string | undefined} */
function relativeProblem(from, name, to) {
  if (!/\.tsx?$/.test(to)) return `imports ${to}, which lacks the ending .ts`
  const target = new URL(to, `file:///${from}`).pathname.slice(1)
  const home = name === '' ? 'test/' : `packages/${name}/src/`
  if (!target.startsWith(home)) return `imports ${to}, which is outside ${home}`
  if (TEST.test(from)) return undefined
  if (TEST.test(target)) return `imports ${to}, which is for tests`
  return partProblem(from.slice(home.length), target.slice(home.length), PARTS[name] ?? {}, to)
}

/** @param {string} from @param {string} target @param {Record<string, string[]>} parts @param {string} to */
function partProblem(from, target, parts, to) {
  const part = Object.keys(parts).find((pattern) => fits(from, pattern))
  if (part === undefined || fits(target, part)) return undefined
  if (parts[part].some((pattern) => fits(target, pattern))) return undefined
  return `imports ${to}, but ${part} may import ${parts[part].join(', ')}`
}

/** @param {string} path @param {string} pattern */
function fits(path, pattern) {
  if (pattern === '*') return true
  if (pattern === './') return !path.includes('/')
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
}

/** @param {string} path @param {string} name @param {string} code @returns {string[]} */
function useProblems(path, name, code) {
  return USES.filter(({ pattern, packages, allowed }) => {
    return packages.includes(name) && !allowed.includes(path) && pattern.test(code)
  }).map(({ what, allowed }) => `${what}; only ${allowed.join(' and ') || 'nobody'} may`)
}

/** A rule that no longer bites looks like one that is kept, so the rules are tried on examples each time. */
function exampleProblems() {
  const missed = BROKEN.filter(([path, text]) => layerProblems(path, text).length === 0)
  const refused = KEPT.flatMap(([path, text]) => layerProblems(path, text))
  return [
    ...missed.map(([path, text]) => `a broken rule is not noticed: ${path}: ${text}`),
    ...refused.map((problem) => `a kept rule is refused: ${problem}`),
  ]
}

const sources = files(/^(?:packages\/[^/]+\/src|test)\/(?!.*fixtures\/).*\.tsx?$/)
const problems = [
  ...exampleProblems(),
  ...sources.flatMap((path) => layerProblems(path, read(path))),
]
for (const problem of problems) console.error(problem)
console.log(`${sources.length} files, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
