/**
 * What the registry and the commands cost, as ratios: against the one computation that an exchange cannot avoid, and
 * against Verdaccio, npm, twine and projen. Comparisons are no test; a limit of our own that is not kept is status 1. See
 * README.md.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { formatTable } from './lib/results.mjs'
import { prepareWorkbench } from './lib/workbench.mjs'
import { doctor } from './parts/doctor.mjs'
import { exchange } from './parts/exchange.mjs'
import { memory } from './parts/memory.mjs'
import { packument } from './parts/packument.mjs'
import { publish } from './parts/publish.mjs'
import { publishClients } from './parts/publish-clients.mjs'
import { synth } from './parts/synth.mjs'
import { tarball } from './parts/tarball.mjs'
import { verify } from './parts/verify.mjs'

const PARTS = {
  exchange: [exchange],
  packument: [packument],
  tarball: [tarball],
  publish: [publish, publishClients],
  memory: [memory],
  verify: [verify],
  synth: [synth],
  doctor: [doctor],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
})
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`,
  )
  process.exit(2)
}

const workbench = await prepareWorkbench(values.quick === true)
const node = execFileSync(workbench.node, ['--version'], { encoding: 'utf8' }).trim()
const started = performance.now()
const results = []
for (const [name, measurements] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.error(`Measuring ${name} …`)
  for (const take of measurements) results.push(...(await take(workbench)))
}
const seconds = Math.round((performance.now() - started) / 1000)

if (values.json === true) console.log(JSON.stringify({ node, seconds, results }, undefined, 2))
else console.log(`${formatTable(results)}\n\nNode ${node}; ${seconds} s.`)

for (const { what, ours, unit, other } of results.filter(({ isOverLimit }) => isOverLimit)) {
  console.error(
    `${what} took ${Math.round(ours)} ${unit}, more than the limit of ${other} ${unit}.`,
  )
  process.exitCode = 1
}
