import type { Client } from './client.ts'
import { npm } from './npm.ts'
import { pnpm } from './pnpm.ts'
import { twine } from './twine.ts'
import { uv } from './uv.ts'
import { yarn } from './yarn.ts'

/** Every client that a rehearsal can play. */
export const CLIENTS: readonly Client[] = [npm, pnpm, yarn, twine, uv]
