import type { Rewrite } from '../migration.ts'
import { calledSecrets } from './called-secrets.ts'
import { npmVersion } from './npm-version.ts'
import { permission } from './permission.ts'
import { tokenFiles } from './token-files.ts'
import { tokenInputs } from './token-inputs.ts'
import { tokenScripts } from './token-scripts.ts'
import { tokenVariables } from './token-variables.ts'

/** The smallest change that makes a release trusted, in this order: what comes later builds on what came before. */
export const REWRITES: readonly Rewrite[] = [
  npmVersion,
  tokenScripts,
  tokenVariables,
  tokenInputs,
  tokenFiles,
  calledSecrets,
  permission,
]
