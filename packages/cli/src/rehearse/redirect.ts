import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `@scope:registry=…` in an `.npmrc`, which beats what a client is told on its command line. */
const SCOPE_LINES = /^(\s*@[^:\s]+:registry\s*=).*$/gim

/**
 * Points what the copy says about registries at the rehearsal's: `publishConfig` in the manifests, scopes in `.npmrc`.
 * To be done after dependencies were installed, which may need those registries.
 * @returns what was changed, as sentences
 */
export async function redirectToStage(
  directories: readonly string[],
  url: string,
  { keepProvenance }: { readonly keepProvenance: boolean },
): Promise<string[]> {
  const notes: string[] = []
  for (const directory of directories) {
    notes.push(...(await redirectManifest(join(directory, 'package.json'), url, keepProvenance)))
    await edit(join(directory, '.npmrc'), (text) => text.replace(SCOPE_LINES, `$1${url}/`))
  }
  return notes
}

async function redirectManifest(
  path: string,
  url: string,
  keepProvenance: boolean,
): Promise<string[]> {
  const notes: string[] = []
  await edit(path, (text) => {
    const manifest = JSON.parse(text) as { name?: string; publishConfig?: Record<string, unknown> }
    const { publishConfig } = manifest
    if (publishConfig === undefined) return text
    for (const key of Object.keys(publishConfig)) {
      if (key === 'registry' || key.endsWith(':registry')) publishConfig[key] = `${url}/`
    }
    if (publishConfig.provenance === true && !keepProvenance) {
      publishConfig.provenance = false
      notes.push(
        `publishConfig.provenance of ${manifest.name} is left out: with this client provenance cannot be played.`,
      )
    }
    return `${JSON.stringify(manifest, null, 2)}\n`
  })
  return notes
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return
  const changed = change(text)
  if (changed !== text) await writeFile(path, changed)
}
