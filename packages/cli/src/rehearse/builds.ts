import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildManifest, readManifest } from './dependencies.ts'

/** Words of whatever may build; rather too many, as only their absence decides. */
const MAY_BUILD =
  /build|compile|bundl|tsc|tsup|rollup|vite|webpack|babel|make|just|turbo|nx|lerna|rush|grunt|gulp|prepare|dist|\.sh\b/i

/** Where CIs keep their files, composite actions included. */
const CI_FOLDERS = ['.github', '.gitlab']

/**
 * Whether some command of the CI may run the `build` script of a package. If not, the CI publishes what is not built,
 * and a rehearsal that builds would hide that. `prepublishOnly` and the like count: they run with the publish.
 */
export async function ciMayBuild(root: string, directory: string): Promise<boolean> {
  const manifests = await Promise.all([root, directory].map(readManifest))
  const texts = await Promise.all([
    ...CI_FOLDERS.map((folder) => yamlIn(join(root, folder))),
    readFile(join(root, '.gitlab-ci.yml'), 'utf8').catch(() => ''),
  ])
  return MAY_BUILD.test(`${texts.join('\n')}\n${manifests.map(otherScripts).join('\n')}`)
}

/** The commands of every script but `build` itself. */
function otherScripts({ scripts }: BuildManifest): string {
  const others = Object.entries(scripts ?? {}).filter(([name]) => name !== 'build')
  return others.map(([, command]) => command).join('\n')
}

async function yamlIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
  const texts = files.map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}
