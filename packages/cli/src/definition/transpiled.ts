import { register } from 'node:module'
import { importsOf } from './imports.ts'

/**
 * Imports a definition through jiti: on a Node that cannot read TypeScript, and where a definition has what Node's own
 * way cannot read.
 * @param library the module `@trustpub/project` of this program, already loaded
 * @param url where it comes from
 * @param cache the folder in which transpiled texts are kept
 */
export async function importTranspiled(
  file: string,
  library: object,
  { url, cache }: { readonly url: string; readonly cache: string },
): Promise<unknown> {
  const { createJiti } = await import('jiti')
  // Packages are loaded by Node, which has to be told as well. That takes a thread, so only where there are any.
  if (importsOf(file).packages) register(hook(url))
  const virtualModules = { '@trustpub/project': library }
  // Another user of the machine could plant code in jiti's own choice, the folder for temporary files.
  const jiti = createJiti(file, { virtualModules, fsCache: cache, interopDefault: false })
  return jiti.import(file)
}

function hook(url: string): string {
  const source = `export const resolve = (specifier, context, next) =>
  specifier === '@trustpub/project' ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context)`
  return `data:text/javascript,${encodeURIComponent(source)}`
}
