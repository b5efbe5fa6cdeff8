import type { OptionTable } from './check.ts'
import type { NpmPublishOptions, NugetPublishOptions, PyPiPublishOptions } from './publish.ts'
import { NUGET_PUBLISH_OPTIONS, PYPI_PUBLISH_OPTIONS } from './publish.ts'
import { TYPESCRIPT_OPTIONS, type TypeScriptProjectOptions } from './typescript.ts'
import { UNUSED_JSII_OPTIONS, type UnusedJsiiOptions } from './unused.ts'

/** The Python package of a JSII project. */
export interface JsiiPythonTarget extends PyPiPublishOptions {
  /** The name at PyPI. */
  readonly distName: string
  /** The module that is imported. */
  readonly module: string
}

/** The .NET package of a JSII project. */
export interface JsiiDotNetTarget extends NugetPublishOptions {
  readonly dotNetNamespace: string
  readonly packageId: string
  readonly iconUrl?: string | undefined
}

/** What JsiiProject takes besides the options of TypeScriptProject. */
export interface JsiiProjectOptions extends TypeScriptProjectOptions, UnusedJsiiOptions {
  /** The name of the author, as `authorName`. */
  readonly author: string
  /** The address of the author: of mail, or a URL. */
  readonly authorAddress: string
  readonly repositoryUrl: string
  /** @default true */
  readonly publishToNpm?: boolean | NpmPublishOptions | undefined
  readonly publishToPypi?: JsiiPythonTarget | undefined
  readonly publishToNuget?: JsiiDotNetTarget | undefined
  /** Range of jsii, which brings its own compiler, and of jsii-rosetta. */
  readonly jsiiVersion?: string | undefined
  /** No effect: the compiler of jsii writes its own `tsconfig.json`. */
  readonly tsconfig?: object | undefined
  /** Range of the compiler of the tests. */
  readonly typescriptVersion?: string | undefined
  /** The version of Node in all jobs. @default '24.x': jsii itself needs a recent one */
  readonly workflowNodeVersion?: string | undefined
  /** As in projen; only '.' is known. */
  readonly rootdir?: '.' | undefined
  /** Files that the compiler leaves out. */
  readonly excludeTypescript?: readonly string[] | undefined
  /** Whether the description of the API, `.jsii`, is compressed. @default false */
  readonly compressAssembly?: boolean | undefined
}

const OWN_TSCONFIG = { unused: 'the compiler of jsii writes its own tsconfig.json.' } as const

export const JSII_OPTIONS: OptionTable<JsiiProjectOptions> = {
  ...TYPESCRIPT_OPTIONS,
  ...UNUSED_JSII_OPTIONS,
  author: 'text',
  authorAddress: 'text',
  publishToPypi: { members: { ...PYPI_PUBLISH_OPTIONS, distName: 'text', module: 'text' } },
  publishToNuget: {
    members: {
      ...NUGET_PUBLISH_OPTIONS,
      dotNetNamespace: 'text',
      packageId: 'text',
      iconUrl: 'text',
    },
  },
  jsiiVersion: 'text',
  rootdir: ['.'],
  excludeTypescript: 'texts',
  compressAssembly: 'flag',
  tsconfig: OWN_TSCONFIG,
  disableTsconfig: OWN_TSCONFIG,
}
