/** Everything the repository promises about itself, checked in one go. All checks run, even after one has failed. */

import { writeResult } from './results.mjs'
import { run } from './run.mjs'

const node = process.execPath
const bin = 'node_modules/.bin'

/** In this order: what comes later reads what the compiler wrote. */
const CHECKS = {
  types: [`${bin}/tsc`, '-b'],
  'lint and format': [`${bin}/biome`, 'check', '--error-on-warnings', '.'],
  layers: [node, 'scripts/check-layers.mjs'],
  'unused code': [`${bin}/knip`, '--no-progress'],
  'package exports': [node, 'scripts/check-packages.mjs'],
  'generated docs': [node, 'scripts/docs.mjs', '--check'],
  'lock file': [node, 'scripts/check-lock.mjs'],
}

const failed = []
for (const [name, command] of Object.entries(CHECKS)) {
  const { ok, output, seconds } = await run(command, { capture: true })
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(6)} s`)
  if (ok) continue
  failed.push(name)
  console.log(output.replace(/^/gm, '    ').trimEnd())
}
const all = Object.keys(CHECKS).length
writeResult('check', { passed: all - failed.length, failed: failed.length })
console.log(failed.length === 0 ? `All ${all} checks are fine.` : `Failed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
