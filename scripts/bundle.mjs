/**
 * Puts the files of a package into one, where loading many small ones costs more than what they do. Definitions are
 * evaluated at every synth, on every push: there the difference is half of the time.
 */
import { rolldown } from 'rolldown'
import { ROOT } from './files.mjs'

const bundle = await rolldown({
  cwd: ROOT,
  input: 'packages/project/src/index.ts',
  platform: 'node',
  resolve: { conditionNames: ['@trustpub/source', 'node', 'import', 'default'] },
})
await bundle.write({ file: 'packages/project/dist/bundle.js', format: 'esm', sourcemap: true })
await bundle.close()
