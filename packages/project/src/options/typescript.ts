import type { OptionTable } from './check.ts'
import { NODE_OPTIONS, type NodeProjectOptions } from './node.ts'
import { UNUSED_TYPESCRIPT_OPTIONS, type UnusedTypeScriptOptions } from './unused.ts'

/** What TypeScriptProject takes besides the options of NodeProject. */
export interface TypeScriptProjectOptions extends NodeProjectOptions, UnusedTypeScriptOptions {
  /** @default 'src' */
  readonly srcdir?: string | undefined
  /** Where compiled files go. @default 'lib' */
  readonly libdir?: string | undefined
  /** @default 'test' */
  readonly testdir?: string | undefined
  /** @default 'lib/index.d.ts' */
  readonly entrypointTypes?: string | undefined
  /** Range of the compiler. */
  readonly typescriptVersion?: string | undefined
  /** `compilerOptions`, `include` and `exclude` to put over those of `tsconfig.json`. */
  readonly tsconfig?: object | undefined
  /** The same for `tsconfig.dev.json`, which compiles the tests too. */
  readonly tsconfigDev?: object | undefined
}

export const TYPESCRIPT_OPTIONS: OptionTable<TypeScriptProjectOptions> = {
  ...NODE_OPTIONS,
  ...UNUSED_TYPESCRIPT_OPTIONS,
  srcdir: 'text',
  libdir: 'text',
  testdir: 'text',
  entrypointTypes: 'text',
  typescriptVersion: 'text',
  tsconfig: 'object',
  tsconfigDev: 'object',
}
