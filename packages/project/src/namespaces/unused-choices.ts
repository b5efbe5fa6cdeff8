/**
 * Choices of projen for what is not generated here. Definitions name them in options without effect, and should not
 * fail for want of a name.
 */
export const UpgradeDependenciesSchedule = {
  NEVER: 'never',
  DAILY: 'daily',
  WEEKDAY: 'weekday',
  WEEKLY: 'weekly',
  MONTHLY: 'monthly',
  expressions: (cron: readonly string[]): readonly string[] => cron,
} as const

export const TrailingComma = { ALL: 'all', ES5: 'es5', NONE: 'none' } as const

export const ArrowParens = { ALWAYS: 'always', AVOID: 'avoid' } as const

export const EndOfLine = { AUTO: 'auto', CRLF: 'crlf', LF: 'lf', CR: 'cr', NONE: 'none' } as const

export const QuoteProps = {
  ASNEEDED: 'as-needed',
  CONSISTENT: 'consistent',
  PRESERVE: 'preserve',
} as const

export const YarnNodeLinker = {
  PNP: 'pnp',
  NODE_MODULES: 'node-modules',
  PNPM: 'pnpm',
} as const

/** How the compiler looks modules up: values of `compilerOptions.moduleResolution`. */
export const TypeScriptModuleResolution = {
  NODE10: 'node10',
  NODE16: 'node16',
  NODE_NEXT: 'nodenext',
  BUNDLER: 'bundler',
} as const
