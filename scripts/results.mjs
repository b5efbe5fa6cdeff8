/** What runs leave behind for scripts/ci.mjs to add up: one file each in .cache/results/. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exists, ROOT, read } from './files.mjs'

const FOLDER = '.cache/results'

/** @typedef {{ passed: number, failed: number }} Result */

/** The flags that make vitest write its result as well as show it. @param {string} name */
export function vitestFlags(name) {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${FOLDER}/${name}.json`]
}

/** @param {string} name @param {Result} result */
export function writeResult(name, result) {
  mkdirSync(join(ROOT, FOLDER), { recursive: true })
  writeFileSync(join(ROOT, FOLDER, `${name}.json`), JSON.stringify(result))
}

/** So that a run that dies is not counted by what an earlier one left. */
export function clearResults() {
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true })
}

/**
 * What a run came to; one that left no result counts as a failure.
 * @param {string} name
 * @returns {Result}
 */
export function readResult(name) {
  const path = `${FOLDER}/${name}.json`
  if (!exists(path)) return { passed: 0, failed: 1 }
  const report = JSON.parse(read(path))
  return report.testResults === undefined ? report : countTests(report)
}

/** @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} report vitest's, in Jest's form */
function countTests({ testResults }) {
  const result = { passed: 0, failed: 0 }
  for (const { status, assertionResults } of testResults) {
    const count = (wanted) => assertionResults.filter((test) => test.status === wanted).length
    // A file that does not load, or whose hook fails, is a failure although no test of it is.
    const broken = status === 'failed' && count('failed') === 0 ? 1 : 0
    result.passed += count('passed')
    result.failed += count('failed') + broken
  }
  return result
}
