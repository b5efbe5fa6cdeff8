import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeTool } from '../tools/node-tools.ts'
import { run } from '../tools/run.ts'
import { npmSettings } from './install.ts'
import type { Proven, Published } from './proof.ts'
import type { Surroundings } from './scene.ts'

/** What `npm audit signatures` prints of a single package. */
const SIGNATURE = /^1 package has a verified registry signature/m
const ATTESTATION = /^1 package has a verified attestation/m

/**
 * `npm audit signatures`, by an npm that takes the stage's Sigstore for the public one. It sees the package alone: what it
 * depends on was published and signed elsewhere.
 */
export async function proveNpm(
  { stage, workspace, env, progress }: Surroundings,
  { name, version, signed }: Published,
): Promise<Proven> {
  // The registry's own attestation is made after the answer to the publish.
  await stage.registry.attester?.run()
  progress(`Verifying the signatures of ${name} ${version}`)
  const folder = await workspace.emptyFolder(`verify/${name.replace('/', '+')}-${Date.now()}`)
  const home = join(folder, 'node_modules', name)
  await mkdir(home, { recursive: true })
  const dependencies = { [name]: version }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await writeFile(join(folder, '.npmrc'), npmSettings(stage))
  await writeFile(join(home, 'package.json'), JSON.stringify({ name, version }))
  const tool = await nodeTool('npm', progress)
  const { output, stdout } = await run(tool.program, [...tool.args, 'audit', 'signatures'], {
    cwd: folder,
    env: {
      ...env,
      ...stage.closedNetwork,
      npm_config_registry: `${stage.url}/`,
      npm_config_cache: stage.sigstore.npmCache,
    },
  })
  const proof = {
    signature: SIGNATURE.test(stdout),
    // npm verifies all attestations of a version or none: the job's provenance, and the registry's.
    ...(signed
      ? { provenance: ATTESTATION.test(stdout), attestations: ATTESTATION.test(stdout) }
      : {}),
    verifiedBy: `npm ${tool.version}`,
  }
  return Object.values(proof).includes(false) ? { proof, problem: output } : { proof }
}
