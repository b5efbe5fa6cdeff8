import { readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'

/** What a definition pulls in, as far as its text tells. */
export interface Imports {
  /** The definition and the files that it imports by relative paths, and those that they import. */
  readonly files: readonly string[]
  /** Whether packages are imported besides Node's own and ours. */
  readonly packages: boolean
}

/** `import … from 'x'`, `import 'x'`, `import('x')`, `require('x')`, `export … from 'x'`. */
const SPECIFIER = /\b(?:from|import|require)\s*(?:\(\s*)?(['"])([^'"\n]+)\1/g

const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js']

/** Follows the imports of a definition. Text that only looks like an import does no harm. */
export function importsOf(definition: string): Imports {
  const files = new Set([definition])
  let packages = false
  for (const file of files) {
    for (const specifier of specifiersIn(file)) {
      if (/^\.{1,2}\//.test(specifier)) {
        for (const found of candidates(join(dirname(file), specifier))) files.add(found)
      } else packages ||= !isBuiltin(specifier) && specifier !== '@trustpub/project'
    }
  }
  return { files: [...files], packages }
}

function specifiersIn(file: string): readonly string[] {
  if (!/\.[cm]?[jt]s$/.test(file)) return []
  try {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(SPECIFIER)].map(([, , specifier = '']) => specifier)
  } catch {
    return []
  }
}

/** The file that an import means; all that it could mean while none is there, since one may appear. */
function candidates(path: string): readonly string[] {
  const possible = ENDINGS.map((ending) => path + ending)
  // TypeScript lets `./x.js` stand for `./x.ts`.
  if (/\.m?js$/.test(path)) possible.push(path.replace(/js$/, 'ts'))
  const found = possible.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
  return found === undefined ? possible : [found]
}
