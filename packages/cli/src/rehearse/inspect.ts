import type { Package } from '@trustpub/pipeline'
import { parsePackageReference } from '@trustpub/registry'
import { type Installation, installNpm, installPython } from './install.ts'
import type { Proven } from './proof.ts'
import { prove } from './prove.ts'
import { ATTEMPTS } from './refusals.ts'
import type { PackageResult, Proof } from './results.ts'
import type { Surroundings } from './scene.ts'

/** A package as records and reports name it, e.g. `npm:@acme/widget`. */
export function nameOf(pkg: Package): string {
  return `${pkg.ecosystem}:${pkg.name}`
}

/** What the registry holds now, whether it can be installed, and whether its signatures verify. */
export async function inspect(
  scene: Surroundings,
  packages: readonly Package[],
  { since, signed }: { readonly since: string; readonly signed: boolean },
): Promise<(PackageResult & { readonly problem?: string | undefined })[]> {
  const { store } = scene.stage.registry
  const attempts = await store.log.attempts({ limit: ATTEMPTS })
  const exchanged = (pkg: Package) =>
    attempts.some(
      (attempt) =>
        attempt.at >= since &&
        attempt.code === 'ok' &&
        (attempt.package ?? lookupName(pkg)) === lookupName(pkg),
    )
  const results = []
  for (const pkg of packages) {
    const found = await store.packages.find(pkg.ecosystem, lookupName(pkg))
    const releases = found === undefined ? [] : await store.packages.releases(found.id)
    const release = releases.find(({ version }) => version === pkg.version) ?? releases.at(-1)
    const base = {
      package: nameOf(pkg),
      exchanged: exchanged(pkg),
      published: release !== undefined,
    }
    if (release === undefined) results.push(base)
    else {
      const { version } = release
      const installed = await install(scene, pkg, version)
      const filenames = release.files.map(({ filename }) => filename)
      const proven = await prove(scene, pkg, { name: pkg.name, version, filenames, signed })
      results.push({ ...base, version, ...installed, ...withProblem(installed, proven) })
    }
  }
  return results
}

/** What either printed; the installation's comes first. */
function withProblem(
  installed: { readonly problem: string | undefined },
  { proof, problem }: Proven,
): { readonly proof?: Proof; readonly problem: string | undefined } {
  const printed = [installed.problem, problem].filter((text) => text !== undefined)
  const all = printed.length === 0 ? undefined : printed.join('\n')
  return { ...(proof === undefined ? {} : { proof }), problem: all }
}

function lookupName(pkg: Package): string {
  return parsePackageReference(nameOf(pkg)).normalised
}

async function install(scene: Surroundings, pkg: Package, version: string) {
  scene.stage.leadElsewhere(true)
  scene.progress(`Installing ${pkg.name} ${version} from the local registry`)
  const folder = await scene.workspace.emptyFolder(
    `install/${lookupName(pkg).replace('/', '+')}-${Date.now()}`,
  )
  const request = {
    stage: scene.stage,
    name: pkg.name,
    version,
    module: pkg.jsii?.module,
    folder,
    env: scene.env,
    progress: scene.progress,
  }
  const result: Installation = await (pkg.ecosystem === 'npm'
    ? installNpm(request)
    : installPython(request))
  const imported = result.imported === undefined ? {} : { imported: result.imported }
  return { installed: result.installed, ...imported, problem: result.problem }
}
