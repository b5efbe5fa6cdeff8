/** Files that break one rule each, and files that keep them all, for scripts/check-layers.mjs to prove itself on. */

/** @type {readonly (readonly [path: string, text: string])[]} */
export const BROKEN = [
  ['packages/identity/src/a.ts', "import { listen } from '@trustpub/registry'"],
  ['packages/pipeline/src/a.ts', "import type { Registry } from '@trustpub/registry'"],
  ['packages/registry/src/a.ts', "export * from '@trustpub/pipeline'"],
  ['packages/cli/src/a.ts', "import { KeySets } from '@trustpub/identity/src/keys.ts'"],
  ['packages/cli/src/a.ts', "import { KeySets } from '../../identity/src/keys.ts'"],
  ['test/a.test.ts', "import { KeySets } from '../packages/identity/src/keys.ts'"],
  ['packages/unheard-of/src/a.ts', ''],
  ['packages/cli/src/a.ts', "import { b } from './b'"],
  ['packages/cli/src/a.ts', "const b = await import('./b.js')"],
  ['packages/registry/src/domain/a.ts', "import {\n  type App,\n  b,\n} from '../http/b.ts'"],
  ['packages/registry/src/domain/a.ts', "import '../storage/store.ts'"],
  ['packages/registry/src/domain/a.ts', "export { npm } from '../protocols/npm.ts'"],
  ['packages/registry/src/domain/a.ts', "import { mountApi } from '../api/index.ts'"],
  ['packages/registry/src/storage/tables/a.ts', "import { b } from '../../domain/access.ts'"],
  ['packages/registry/src/archives/a.ts', "import type { Store } from '../domain/ports.ts'"],
  ['packages/registry/src/protocols/a.ts', "import { openStore } from '../storage/store.ts'"],
  ['packages/registry/src/jobs.ts', "import { openStore } from './storage/store.ts'"],
  ['packages/registry/src/archives/a.ts', "import { tar } from './testing.ts'"],
  ['packages/pipeline/src/github/a.ts', "import * as b from '../gitlab/b.ts'"],
  ['packages/identity/src/a.ts', "import { b } from './testing/index.ts'"],
  ['packages/project/src/python/a.ts', "import { NodeProject } from '../node/node-project.ts'"],
  ['packages/project/src/release/a.ts', "import { planSynth } from '../synth/plan.ts'"],
  ['packages/project/src/files/a.ts', "import type { Release } from '../release/release.ts'"],
  ['packages/registry/src/http/a.ts', 'const port = process.env.PORT'],
  ['packages/registry/src/http/a.ts', 'const { env } = process'],
  ['packages/registry/src/http/a.ts', "import { env } from 'node:process'"],
  ['packages/cli/src/commands/a.ts', 'if (broken) process.exit(1)'],
  ['packages/cli/src/commands/a.ts', "process.stdout.write('done')"],
  ['packages/registry/src/app.ts', "console.log('started')"],
]

/** @type {readonly (readonly [path: string, text: string])[]} */
export const KEPT = [
  ['packages/cli/src/a.ts', "import { developmentIssuer } from '@trustpub/identity/testing'"],
  ['packages/cli/src/main.ts', "process.exitCode = 1\nconsole.error('broken')"],
  ['packages/registry/src/app.ts', "import { openStore } from './storage/store.ts'"],
  ['packages/registry/src/domain/a.ts', "// import { b } from '../http/b.ts'"],
  ['packages/registry/src/domain/a.test.ts', "import { openStore } from '../storage/store.ts'"],
  [
    'packages/registry/src/storage/tables/a.ts',
    "import type { Store } from '../../domain/ports.ts'",
  ],
]
