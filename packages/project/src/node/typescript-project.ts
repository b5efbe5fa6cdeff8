import { JsonFile } from '../files/json-file.ts'
import { SampleDir } from '../files/sample-file.ts'
import { TYPESCRIPT_OPTIONS, type TypeScriptProjectOptions } from '../options/typescript.ts'
import { type NodeKind, NodeProject } from './node-project.ts'

const TYPESCRIPT_KIND: NodeKind = { type: 'TypeScriptProject', table: TYPESCRIPT_OPTIONS }

const TYPESCRIPT = '^7.0.2'
const NODE_TYPES = '^20.19.43'

const SAMPLE = `/** Greets somebody. */
export function hello(name: string): string {
  return \`Hello, \${name}!\`
}
`

/** Where tests are compiled to; never published. */
const TEST_BUILD = '.build'

/** A package for npm, in TypeScript. Tests are compiled and run by Node's own runner. */
export class TypeScriptProject extends NodeProject {
  readonly srcdir: string
  readonly libdir: string
  readonly testdir: string
  readonly tsconfig: JsonFile
  readonly tsconfigDev: JsonFile

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
    this.testTask.exec('tsc --project tsconfig.dev.json')
    this.testTask.exec(`node --test ${TEST_BUILD}/${testdir}/*.test.js`)
    this.tsconfig = this.#tsconfig('tsconfig.json', libdir, srcdir, [srcdir], options.tsconfig)
    this.tsconfigDev = this.#tsconfig(
      'tsconfig.dev.json',
      TEST_BUILD,
      '.',
      [srcdir, testdir],
      options.tsconfigDev,
    )

    this.gitignore.addPatterns(`/${libdir}/`, `/${TEST_BUILD}/`, '*.tsbuildinfo')
    this.npmignore?.addPatterns(
      `/${srcdir}/`,
      `/${TEST_BUILD}/`,
      '/tsconfig*.json',
      '*.tsbuildinfo',
    )
    if (options.sampleCode !== false) this.#addSample(options.esm ?? false)
  }

  #tsconfig(
    path: string,
    outDir: string,
    rootDir: string,
    folders: readonly string[],
    own: object = {},
  ): JsonFile {
    const { compilerOptions, ...rest } = own as { compilerOptions?: object }
    const obj = {
      compilerOptions: {
        target: 'es2022',
        lib: ['es2022'],
        module: 'nodenext',
        types: ['node'],
        rootDir,
        outDir,
        declaration: true,
        sourceMap: true,
        strict: true,
        noUncheckedIndexedAccess: true,
        noImplicitOverride: true,
        noImplicitReturns: true,
        noFallthroughCasesInSwitch: true,
        ...compilerOptions,
      },
      include: folders.map((folder) => `${folder}/**/*.ts`),
      ...rest,
    }
    return new JsonFile(this, path, { obj })
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
