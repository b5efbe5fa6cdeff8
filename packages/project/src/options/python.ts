import type { OptionTable } from './check.ts'
import { PROJECT_OPTIONS, type ProjectOptions } from './project.ts'
import { PYPI_PUBLISH_OPTIONS, type PyPiPublishOptions } from './publish.ts'
import { RELEASE_OPTIONS, type ReleaseOptions } from './release.ts'
import { UNUSED_PYTHON_OPTIONS, type UnusedPythonOptions } from './unused.ts'

/** The programs that can build a Python project. */
export const PythonBuildTool = {
  UV: 'uv',
  HATCH: 'hatch',
  SETUPTOOLS: 'setuptools',
  POETRY: 'poetry',
} as const
export type PythonBuildTool = (typeof PythonBuildTool)[keyof typeof PythonBuildTool]

/** What PythonProject takes. */
export interface PythonProjectOptions extends ProjectOptions, ReleaseOptions, UnusedPythonOptions {
  /** The module that is imported. @default made from packageName */
  readonly moduleName?: string | undefined
  /** The name at PyPI. @default name */
  readonly packageName?: string | undefined
  /** The version in the repository; a release sets its own. @default '0.0.0' */
  readonly version?: string | undefined
  /** Whether to publish to PyPI, and how. @default false */
  readonly publishToPypi?: boolean | PyPiPublishOptions | undefined
  /** @default 'uv' */
  readonly buildTool?: PythonBuildTool | undefined
  /** The same as `buildTool: 'uv'`, as projen calls it. */
  readonly uv?: boolean | undefined
  /** The same as `buildTool: 'poetry'`. */
  readonly poetry?: boolean | undefined
  /** The same as `buildTool: 'setuptools'`. */
  readonly setuptools?: boolean | undefined
  /** The range of Python. @default '>=3.10' */
  readonly requiresPython?: string | undefined
  /** The Python of all jobs. @default '3.13' */
  readonly workflowPythonVersion?: string | undefined
  readonly classifiers?: readonly string[] | undefined
  /** Whether to test with pytest. @default true */
  readonly pytest?: boolean | undefined
  /** Whether to write a module and a test to start from. @default true */
  readonly sample?: boolean | undefined
  /** @default 'tests' */
  readonly sampleTestdir?: string | undefined
}

export const PYTHON_OPTIONS: OptionTable<PythonProjectOptions> = {
  ...PROJECT_OPTIONS,
  ...RELEASE_OPTIONS,
  ...UNUSED_PYTHON_OPTIONS,
  moduleName: 'text',
  packageName: 'text',
  version: 'text',
  publishToPypi: { members: PYPI_PUBLISH_OPTIONS, orFlag: true },
  buildTool: Object.values(PythonBuildTool),
  uv: 'flag',
  poetry: 'flag',
  setuptools: 'flag',
  requiresPython: 'text',
  workflowPythonVersion: 'text',
  classifiers: 'texts',
  pytest: 'flag',
  sample: 'flag',
  sampleTestdir: 'text',
}
