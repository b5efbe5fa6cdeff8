import { SampleDir } from '../files/sample-file.ts'
import { TYPESCRIPT_OPTIONS, type TypeScriptProjectOptions } from '../options/typescript.ts'
import { type NodeKind, NodeProject } from './node-project.ts'
import type { TypescriptConfig } from './tsconfig-file.ts'
import { addTsconfig, addTypeScriptTests, NODE_TYPES } from './typescript-files.ts'

const TYPESCRIPT_KIND: NodeKind = { type: 'TypeScriptProject', table: TYPESCRIPT_OPTIONS }

const TYPESCRIPT = '^7.0.2'

const SAMPLE = `/** Greets somebody. */
export function hello(name: string): string {
  return \`Hello, \${name}!\`
}
`

/** A package for npm, in TypeScript. Tests are compiled and run by Node's own runner. */
export class TypeScriptProject extends NodeProject {
  readonly srcdir: string
  readonly libdir: string
  readonly testdir: string
  readonly tsconfig: TypescriptConfig
  readonly tsconfigDev: TypescriptConfig

  constructor(options: TypeScriptProjectOptions) {
    const { srcdir = 'src', libdir = 'lib', testdir = 'test' } = options
    super({ ...options, entrypoint: options.entrypoint ?? `${libdir}/index.js` }, TYPESCRIPT_KIND)
    this.srcdir = srcdir
    this.libdir = libdir
    this.testdir = testdir
    this.package.addField('types', options.entrypointTypes ?? `${libdir}/index.d.ts`)
    this.addDevDeps(
      `typescript@${options.typescriptVersion ?? TYPESCRIPT}`,
      `@types/node@${NODE_TYPES}`,
    )

    this.compileTask.exec('tsc --project tsconfig.json')
    this.gitignore.addPatterns(`/${libdir}/`)
    this.tsconfig = addTsconfig(this, 'tsconfig.json', {
      outDir: libdir,
      rootDir: srcdir,
      folders: [srcdir],
      own: options.tsconfig,
    })
    this.tsconfigDev = addTypeScriptTests(this, { srcdir, testdir, own: options.tsconfigDev })
    if (options.sampleCode !== false) this.#addSample(options.esm ?? false)
  }

  #addSample(esm: boolean): void {
    const source = esm ? `../${this.srcdir}/index.js` : `../${this.srcdir}/index`
    new SampleDir(this, this.srcdir, {
      files: {
        'index.ts': SAMPLE,
      },
    })
    new SampleDir(this, this.testdir, {
      files: {
        'index.test.ts': `import * as assert from 'node:assert/strict'
import { test } from 'node:test'
import { hello } from '${source}'

test('greets by name', () => {
  assert.equal(hello('world'), 'Hello, world!')
})
`,
      },
    })
  }
}
