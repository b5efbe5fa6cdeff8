import type { TomlFile } from '../files/toml-file.ts'
import { addLicense } from '../license.ts'
import { checkOptions, requireTexts } from '../options/check.ts'
import { PYTHON_OPTIONS, type PythonProjectOptions } from '../options/python.ts'
import { Project } from '../project.ts'
import { addReadme } from '../readme.ts'
import type { Release } from '../release/release.ts'
import type { Task } from '../task.ts'
import { type BuildTool, chosenTool, packCommands } from './build-tool.ts'
import { addMakefile } from './makefile.ts'
import { distributionName, importName } from './names.ts'
import { addPyproject } from './pyproject.ts'
import { addPythonRelease } from './python-release.ts'
import { addPythonSample } from './python-sample.ts'
import { requirementOf, withRequiredPython } from './requirement.ts'
import { addStableSdist } from './stable-sdist.ts'

const TYPE = 'PythonProject'

const PYTEST = 'pytest@^9'

/** A package for PyPI. Its tasks are targets of a `Makefile`. */
export class PythonProject extends Project {
  /** The name at PyPI. */
  readonly packageName: string
  /** The module that is imported, in `src`. */
  readonly moduleName: string
  /** The version in the repository. */
  readonly version: string
  readonly sampleTestdir: string
  readonly buildTool: BuildTool
  readonly pyproject: TomlFile
  readonly release: Release | undefined
  readonly installTask: Task
  readonly preCompileTask: Task
  readonly compileTask: Task
  readonly postCompileTask: Task
  readonly testTask: Task
  readonly packageTask: Task
  readonly buildTask: Task

  constructor(given: PythonProjectOptions) {
    const notes = checkOptions(TYPE, given, PYTHON_OPTIONS)
    const options = withRequiredPython(TYPE, given)
    requireTexts(TYPE, options, ['name'])
    const { packageName, moduleName, version = '0.0.0', sampleTestdir = 'tests' } = options
    const named = packageName === undefined ? 'name' : 'packageName'
    const distribution = distributionName(TYPE, named, packageName ?? options.name)
    const module = importName(TYPE, moduleName, distribution)
    const tool = chosenTool(TYPE, options)
    super(options)
    this.notes.push(...notes)
    this.packageName = distribution
    this.moduleName = module
    this.version = version
    this.sampleTestdir = sampleTestdir
    this.buildTool = tool
    for (const spec of options.deps ?? []) this.addDependency(spec)
    for (const spec of options.devDeps ?? []) this.addDevDependency(spec)
    const pytest = options.pytest !== false
    if (pytest && this.deps.tryGetDependency('pytest') === undefined) this.addDevDependency(PYTEST)

    this.installTask = this.addTask('install', {
      description: 'Install the package and what its development needs',
      steps: tool.install.map((exec) => ({ exec })),
    })
    this.preCompileTask = this.addTask('pre-compile', { description: 'Before compiling' })
    this.compileTask = this.addTask('compile', { description: 'Compile' })
    this.postCompileTask = this.addTask('post-compile', { description: 'After compiling' })
    this.testTask = this.addTask('test', {
      description: 'Run the tests',
      exec: pytest ? tool.test : undefined,
    })
    this.packageTask = this.addTask('package', {
      description: 'Put what is published into dist',
      steps: packCommands(tool).map((exec) => ({ exec })),
    })
    this.buildTask = this.addTask('build', { description: 'Compile and test' })
    const parts = [this.preCompileTask, this.compileTask, this.postCompileTask, this.testTask]
    for (const task of parts) this.buildTask.spawn(task)
    this.buildTask.lock()

    this.gitignore.addPatterns(...NOT_COMMITTED)
    addLicense(this, options)
    addReadme(this, options)
    this.pyproject = addPyproject(this, TYPE, options)
    addMakefile(this)
    if (tool.name === 'setuptools') addStableSdist(this)
    if (options.sample !== false) {
      addPythonSample(this, module, pytest ? sampleTestdir : undefined)
    }
    this.release = addPythonRelease(this, TYPE, options)
  }

  /** The command that writes the lock file, if the build tool has one. */
  override get installCommand(): readonly string[] | undefined {
    return this.buildTool.lock?.update
  }

  /** Adds `name`, `name@range` or `name>=1,<2`. @throws ProjectError `dependency_invalid`, `option_invalid` */
  addDependency(spec: string): void {
    requirementOf(TYPE, this.deps.addDependency(spec, 'runtime'))
  }

  /** The same for what only development and tests need. */
  addDevDependency(spec: string): void {
    requirementOf(TYPE, this.deps.addDependency(spec, 'build'))
  }
}

const NOT_COMMITTED = [
  '__pycache__/',
  '*.py[cod]',
  '.venv/',
  '*.egg-info/',
  '.pytest_cache/',
  '.DS_Store',
  '/build/',
  '/dist/',
]
