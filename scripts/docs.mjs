/**
 * Writes what the code already knows into the documents, between `<!-- generated: NAME -->` and `<!-- end -->`. Reads
 * the built code. With --check nothing is written: stale documents are named instead. Dead references are named either
 * way. The schema of trusted-publishers.json is written too.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dependencyProblems } from './docs-dependencies.mjs'
import { referenceProblems } from './docs-references.mjs'
import { TABLES } from './docs-tables.mjs'
import { exists, files, ROOT, read } from './files.mjs'

const MARKED = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g

/** @param {string} text @returns {Promise<string>} */
async function withTables(text) {
  const tables = new Map()
  for (const [, name = ''] of text.matchAll(MARKED)) {
    if (TABLES[name] === undefined) throw new Error(`There is no table "${name}".`)
    tables.set(name, await TABLES[name]())
  }
  return text.replace(MARKED, (_, name) => {
    return `<!-- generated: ${name} -->\n\n${tables.get(name)}\n\n<!-- end -->`
  })
}

/** Brings one document up to date and says what is wrong with it. @param {string} path @returns {Promise<string[]>} */
async function update(path) {
  const text = read(path)
  try {
    const fresh = await withTables(text)
    const problems = referenceProblems(path, fresh)
    if (fresh === text) return problems
    if (check) return [...problems, 'is stale: npm run docs writes it anew']
    writeFileSync(join(ROOT, path), fresh)
    return problems
  } catch (error) {
    return [`cannot be written: ${error.message}`]
  }
}

async function recordSchema() {
  const { publisherRecordSchema } = await import('../packages/identity/dist/index.js')
  return `${JSON.stringify(publisherRecordSchema(), null, 2)}\n`
}

/** Files that are made from the code as a whole. An editor finds the schema in whichever package is installed. */
const FILES = {
  'packages/identity/schema/trusted-publishers.schema.json': recordSchema,
  'packages/cli/schema/trusted-publishers.schema.json': recordSchema,
}

/** Brings a file that is made as a whole up to date. @param {string} path @param {string} text @returns {Promise<string[]>} */
async function updateFile(path, text) {
  if (exists(path) && read(path) === text) return []
  if (check) return ['is stale: npm run docs writes it anew']
  mkdirSync(dirname(join(ROOT, path)), { recursive: true })
  writeFileSync(join(ROOT, path), text)
  return []
}

const check = process.argv.includes('--check')
const problems = dependencyProblems().map((problem) => `docs/dependencies.md ${problem}`)
for (const path of files(/^(?:[^/]+|docs\/.+)\.md$/)) {
  problems.push(...(await update(path)).map((problem) => `${path} ${problem}`))
}
for (const [path, make] of Object.entries(FILES)) {
  problems.push(...(await updateFile(path, await make())).map((problem) => `${path} ${problem}`))
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
