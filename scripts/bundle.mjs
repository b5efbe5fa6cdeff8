/**
 * Puts the files of a package into one, where loading many small ones costs more than what they do. Definitions are
 * evaluated at every synth, on every push: there the difference is half of the time.
 */
import { rolldown } from 'rolldown'
import { ROOT } from './files.mjs'

/** Takes built-in modules directly: as imports Node would touch each of their exports, streams and all. */
const directBuiltins = {
  name: 'direct-builtins',
  resolveId: (id) => (id.startsWith('node:') ? `\0${id}` : null),
  async load(id) {
    if (!id.startsWith('\0node:')) return null
    const name = id.slice(1)
    const exported = Object.keys(await import(name)).filter((key) => key !== 'default')
    const lines = exported.map((key) => `export const ${key} = builtin.${key}`)
    return `const builtin = process.getBuiltinModule('${name}')\n${lines.join('\n')}`
  },
}

const bundle = await rolldown({
  cwd: ROOT,
  input: 'packages/project/src/index.ts',
  platform: 'node',
  plugins: [directBuiltins],
  resolve: { conditionNames: ['@trustpub/source', 'node', 'import', 'default'] },
  treeshake: { propertyReadSideEffects: false },
})
await bundle.write({
  file: 'packages/project/dist/bundle.js',
  format: 'esm',
  sourcemap: true,
  codeSplitting: false,
})
await bundle.close()
