import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { importsOf } from './imports.ts'

const folder = mkdtempSync(join(tmpdir(), 'trustpub-imports-'))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function imports(files: Readonly<Record<string, string>>, definition = '.trustpubrc.ts') {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const found = importsOf(join(folder, definition))
  return { ...found, files: found.files.map((file) => relative(folder, file)) }
}

it('follows every kind of import, through files that import each other', () => {
  const { files } = imports({
    '.trustpubrc.ts': `import a from './a'\nexport * from "./b/index.ts"\nawait ${'import'}('./c.js')\nrequire('../x')`,
    'a.ts': `import type { T } from './.trustpubrc.ts'\nimport './d'`,
    'b/index.ts': '',
    'c.ts': '',
    'd/index.js': '',
  })
  const found = ['.trustpubrc.ts', 'a.ts', 'b/index.ts', 'c.ts', 'd/index.js']
  expect(files.filter((file) => !file.startsWith('../'))).toEqual(found)
})

it('names all that an import could mean while nothing is there', () => {
  const { files } = imports({ '.trustpubrc.ts': `import './new'` })
  expect(files).toEqual(expect.arrayContaining(['new.ts', 'new.js', 'new/index.ts']))
})

it.each([
  [`import { NodeProject } from '@trustpub/project'\nimport 'node:fs'\nimport 'path'`, false],
  [`import { AcmeProject } from '@acme/preset'`, true],
  [`const preset = require('preset')`, true],
])('tells whether packages are imported: %j', (text, packages) => {
  expect(imports({ '.trustpubrc.ts': text }).packages).toBe(packages)
})

it('finds nothing in a definition that is JSON or cannot be read', () => {
  const text = '{ "a": "import \'./b\'" }'
  const file = '.trustpubrc.json'
  expect(imports({ [file]: text }, file)).toEqual({ files: [file], packages: false })
  expect(imports({}, '.trustpubrc.js').files).toEqual(['.trustpubrc.js'])
})
