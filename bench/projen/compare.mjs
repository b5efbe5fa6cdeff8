/**
 * Shows the release workflows that projen and trustpub make of the same definition beside each other, and fails if
 * docs/projen.md leaves a difference unexplained: `node bench/projen/compare.mjs [node|typescript|jsii|python]`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDependencies } from '../lib/workbench.mjs'
import { align, columns } from './columns.mjs'
import { readWorkflow } from './workflow.mjs'

const HERE = import.meta.dirname
const BUILT = join(HERE, '../../packages/project/dist/index.js')
const DOCUMENT = 'docs/projen.md'
const DEFAULT_WIDTH = 120

const TYPES = Object.keys(JSON.parse(readFileSync(join(HERE, 'definitions.json'), 'utf8')))
const asked = process.argv.slice(2)
const unknown = asked.filter((type) => !TYPES.includes(type))
if (unknown.length > 0) {
  console.error(`There is no type ${unknown.join(', ')}; there are ${TYPES.join(', ')}.`)
  process.exit(2)
}
if (!existsSync(BUILT)) {
  console.error('Nothing is built yet: run npm run build first.')
  process.exit(2)
}
installDependencies()

const { row, rule } = columns(process.stdout.columns ?? DEFAULT_WIDTH)
const explained = readFileSync(join(HERE, '../..', DOCUMENT), 'utf8')
/** @type {Set<string>} */
const unexplained = new Set()
for (const type of asked.length > 0 ? asked : TYPES) compare(type)
if (unexplained.size > 0) {
  console.error(`${DOCUMENT} does not mention: ${[...unexplained].join('; ')}.`)
  process.exitCode = 1
}

/** @param {string} type */
function compare(type) {
  const theirs = synthesised('theirs.cjs', type)
  const ours = synthesised('ours.mjs', type)
  if (ours === undefined) throw new Error(`The definition of ${type} wrote no release workflow.`)
  console.log(`\n${row(`${type}: projen`, 'trustpub', ' ')}\n${rule}`)
  if (theirs === undefined) console.log(row('no release workflow', '', '−'))
  printLists([
    ['on', theirs?.events, ours.events],
    ['permissions', theirs?.permissions, ours.permissions],
  ])
  // projen puts release_github before the jobs that it waits for.
  const ids = new Set([...Object.keys(ours.jobs), ...Object.keys(theirs?.jobs ?? {})])
  for (const id of ids) compareJobs(id, theirs?.jobs[id], ours.jobs[id])
}

/**
 * @param {string} id
 * @param {import('./workflow.mjs').Job} [a]
 * @param {import('./workflow.mjs').Job} [b]
 */
function compareJobs(id, a, b) {
  const [left, right] = [a && id, b && id]
  console.log(`${rule}\n${row(left ?? '', right ?? '', markOf(left, right))}`)
  if (left !== right) mustBeExplained(id)
  printLists([
    ['  needs', a?.needs, b?.needs],
    ['  permissions', a?.permissions, b?.permissions],
    ['  environment', a?.environment, b?.environment],
    ['  env', a?.env, b?.env],
    ['  outputs', a?.outputs, b?.outputs],
  ])
  for (const [mine, yours] of align(a?.steps ?? [], b?.steps ?? [])) {
    const mark = markOf(mine?.key, yours?.key)
    console.log(row(bullet(mine?.text), bullet(yours?.text), mark))
    if (mark !== ' ') mustBeExplained(mine?.key ?? yours?.key ?? '')
    printLists([['      env', mine?.env, yours?.env]])
  }
}

/** @param {readonly (readonly [string, readonly string[] | undefined, readonly string[] | undefined])[]} lists */
function printLists(lists) {
  for (const [name, left = [], right = []] of lists) {
    if (left.length + right.length === 0) continue
    const same = left.toSorted().join() === right.toSorted().join()
    const text = (/** @type {readonly string[]} */ list) => `${name}: ${list.join(', ') || 'none'}`
    console.log(row(text(left), text(right), same ? ' ' : '≠'))
    if (same) continue
    for (const one of new Set([...left, ...right])) {
      if (!left.includes(one) || !right.includes(one)) mustBeExplained(one)
    }
  }
}

/** What differs is explained where the document has it as code. @param {string} term */
function mustBeExplained(term) {
  if (!explained.includes(`\`${term}\``)) unexplained.add(term)
}

/** @param {string | undefined} left @param {string | undefined} right */
function markOf(left, right) {
  if (left === right) return ' '
  if (left === undefined) return '+'
  return right === undefined ? '−' : '≠'
}

/** @param {string | undefined} text */
function bullet(text) {
  return text === undefined ? '' : `  - ${text}`
}

/** @param {string} program @param {string} type */
function synthesised(program, type) {
  const folder = mkdtempSync(join(tmpdir(), 'compare-'))
  try {
    execFileSync(process.execPath, [join(HERE, program), type], {
      cwd: folder,
      env: { ...process.env, PROJEN_DISABLE_POST: '1' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return readWorkflow(join(folder, '.github/workflows/release.yml'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
