/**
 * The whole of continuous integration, from a fresh clone: install, test, check, test again under the other Nodes. The
 * last line is the sum: `N passed, N failed`.
 */
import { MATRIX_RESULTS } from './node-matrix.mjs'
import { clearResults, readResult, vitestFlags } from './results.mjs'
import { run } from './run.mjs'

/** Each step with the results that it leaves. A step without results only counts if it fails. */
const STEPS = [
  { command: ['npm', 'ci'], results: [] },
  { command: ['npm', 'test', '--', ...vitestFlags('test')], results: ['test'] },
  { command: ['npm', 'run', 'check'], results: ['check'] },
  { command: ['npm', 'run', 'test:matrix'], results: MATRIX_RESULTS },
]

const started = performance.now()
const total = { passed: 0, failed: 0 }
clearResults()
for (const { command, results } of STEPS) {
  const title = command.slice(0, 3).join(' ').replace(' --', '')
  const minute = ((performance.now() - started) / 60_000).toFixed(1)
  console.log(`\n=== ${title} (after ${minute} min)`)
  const { ok, seconds } = await run(command)
  const counts = results.map(readResult)
  const sum = (key) => counts.reduce((before, count) => before + count[key], 0)
  // A run that ends badly without a failed test (it crashed) is one failure.
  const failed = ok ? sum('failed') : Math.max(sum('failed'), 1)
  total.passed += sum('passed')
  total.failed += failed
  console.log(`=== ${title}: ${ok ? 'done' : 'failed'} in ${seconds} s`)
  // Without the dependencies nothing else can run.
  if (!ok && results.length === 0) break
}
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
