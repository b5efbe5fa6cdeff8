import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Resolved {
  readonly url: string
  readonly format?: string | null
  readonly shortCircuit?: boolean
}

type Resolve = (specifier: string, context: unknown, next: Resolve) => Resolved

/** What Node has from 22.15 on; the types are those of Node 20. */
const { registerHooks, enableCompileCache } = nodeModule as {
  readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => { deregister: () => void }
  readonly enableCompileCache?: (folder: string) => unknown
}

/** Node warns of this although nothing is wrong with the definition. */
const NEEDLESS_WARNING = /Type Stripping is an experimental feature/

/** What no script has, at the start of a line. */
const MODULE_SYNTAX = /^(?:import\b(?!\s*\()|export\b)/m

/** What a module gets to hear that uses names of CommonJS. */
const NO_COMMONJS = /^(?:require|module|exports|__dirname|__filename) is not defined/

/** Whether this Node can run the file as it is, and can be told what `@trustpub/project` means. */
export function isNative(file: string): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown }
  return registerHooks !== undefined && (!/\.m?ts$/.test(file) || Boolean(typescript))
}

/** Keeps what Node makes of source texts, so that types are taken out of each but once. */
export function keepCompiled(folder: string): void {
  enableCompileCache?.(folder)
}

/** Imports a definition; `@trustpub/project` is the module at `library`, wherever it is asked for. */
export async function importNatively(file: string, library: string): Promise<unknown> {
  const resolve: Resolve = (specifier, context, next) => {
    if (specifier === '@trustpub/project') return { url: library, shortCircuit: true }
    return asWritten(next(specifier, context, next))
  }
  const hooks = registerHooks?.({ resolve })
  const restore = dropWarnings(NEEDLESS_WARNING)
  try {
    return await import(pathToFileURL(file).href)
  } finally {
    restore()
    hooks?.deregister()
  }
}

/** A definition with `import` is a module, whatever the manifest beside it says of the project's own code. */
function asWritten(resolved: Resolved): Resolved {
  const { url } = resolved
  const [, ending] = /\.([jt]s)$/.exec(url) ?? []
  if (ending === undefined || !url.startsWith('file:') || url.includes('/node_modules/')) {
    return resolved
  }
  const isModule = MODULE_SYNTAX.test(readFileSync(fileURLToPath(url), 'utf8'))
  if (!isModule) return resolved
  return { ...resolved, format: ending === 'ts' ? 'module-typescript' : 'module' }
}

/**
 * Whether Node could not read a definition, as opposed to running it. There is more that people write: imports without
 * an ending, enums, `require` beside `import`.
 */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError) return true
  if (error instanceof ReferenceError) return NO_COMMONJS.test(error.message)
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^(?:ERR_[A-Z_]+|MODULE_NOT_FOUND)$/.test(code)
}

function dropWarnings(needless: RegExp): () => void {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!needless.test(String(warning))) emitWarning.call(process, warning, ...rest)
  }) as typeof process.emitWarning
  return () => {
    process.emitWarning = emitWarning
  }
}
