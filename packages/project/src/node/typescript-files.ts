import type { NodeProject } from './node-project.ts'
import { TypescriptConfig } from './tsconfig-file.ts'

/** Typings of the oldest Node that packages run on. */
export const NODE_TYPES = '^20.19.43'

/** Where tests are compiled to; never published. */
const TEST_BUILD = '.build'

export interface TsconfigOptions {
  readonly outDir: string
  readonly rootDir: string
  /** The folders that are compiled. */
  readonly folders: readonly string[]
  /** Target and library. @default 'es2022' */
  readonly language?: string
  /** What the definition puts over it; what it includes comes on top. */
  readonly own?: object | undefined
}

interface TsconfigParts {
  readonly compilerOptions?: object
  readonly include?: readonly string[]
}

/** A configuration of the TypeScript compiler. */
export function addTsconfig(
  project: NodeProject,
  path: string,
  { outDir, rootDir, folders, language = 'es2022', own = {} }: TsconfigOptions,
): TypescriptConfig {
  const { compilerOptions, include = [], ...rest } = own as TsconfigParts
  const obj = {
    compilerOptions: {
      target: language,
      lib: [language],
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
    include: [...folders.map((folder) => `${folder}/**/*.ts`), ...include],
    ...rest,
  }
  return new TypescriptConfig(project, path, { obj })
}

export interface TestOptions extends Pick<TsconfigOptions, 'language' | 'own'> {
  readonly srcdir: string
  readonly testdir: string
}

/** Tests in TypeScript: compiled together with the sources, and run by Node's own runner. Returns their `tsconfig`. */
export function addTypeScriptTests(project: NodeProject, options: TestOptions): TypescriptConfig {
  const { srcdir, testdir, ...rest } = options
  project.testTask.exec('tsc --project tsconfig.dev.json')
  project.testTask.exec(`node --test ${TEST_BUILD}/${testdir}/*.test.js`)
  project.gitignore.addPatterns(`/${TEST_BUILD}/`, '*.tsbuildinfo')
  project.npmignore?.addPatterns(
    `/${srcdir}/`,
    `/${testdir}/`,
    `/${TEST_BUILD}/`,
    '/tsconfig*.json',
    '*.tsbuildinfo',
  )
  const folders = [srcdir, testdir]
  return addTsconfig(project, 'tsconfig.dev.json', {
    ...rest,
    outDir: TEST_BUILD,
    rootDir: '.',
    folders,
  })
}
