import { addBuildWorkflow } from '../build-workflow.ts'
import type { PythonProjectOptions } from '../options/python.ts'
import { type BuildRecipe, TOOL_VERSIONS } from '../release/recipe.ts'
import { Release } from '../release/release.ts'
import { isReleased } from '../release/wanted.ts'
import { commandsOf } from './commands.ts'
import type { PythonProject } from './python-project.ts'

const DEFAULT_PYTHON = '3.13'

/** Adds the workflow for pull requests, and the release if something is published. */
export function addPythonRelease(
  project: PythonProject,
  type: string,
  options: PythonProjectOptions,
): Release | undefined {
  const recipe = new PythonRecipe(project, options.workflowPythonVersion ?? DEFAULT_PYTHON)
  if (options.buildWorkflow !== false) addBuildWorkflow(project, recipe)
  const { publishToPypi = false } = options
  const publishing = publishToPypi === false ? [] : ['publishToPypi']
  if (!isReleased(type, project, options.release, publishing)) return undefined
  const { packageName } = project
  const release = new Release(project, { ...options, type, packageName, recipe, python: true })
  if (publishToPypi !== false) {
    release.publisher.publishToPyPi(publishToPypi === true ? {} : publishToPypi)
  }
  return release
}

/** The tasks are run without make, which images of Python need not have; they may change until the files are written. */
class PythonRecipe implements BuildRecipe {
  readonly tools: BuildRecipe['tools']
  readonly setUp: readonly string[]
  readonly install: string
  /** One for all build tools: it changes the line of the version and nothing else. */
  readonly setVersion = 'uv version "$PYTHON_VERSION" --frozen'
  readonly versioned: readonly string[]
  readonly gitCliff = `uvx git-cliff@${TOOL_VERSIONS.gitCliff}`
  readonly image: string
  readonly #project: PythonProject

  constructor(project: PythonProject, python: string) {
    const { setUp, lockedInstall, lock } = project.buildTool
    this.#project = project
    this.tools = [
      { name: 'python', version: python },
      { name: 'uv', version: TOOL_VERSIONS.uv },
    ]
    this.setUp = setUp
    this.install = lockedInstall.join('\n')
    this.versioned = ['pyproject.toml', ...(lock === undefined ? [] : [lock.file])]
    const minor = /^3\.\d+/.exec(python)?.[0] ?? DEFAULT_PYTHON
    this.image = `ghcr.io/astral-sh/uv:${TOOL_VERSIONS.uv}-python${minor}-bookworm`
  }

  get build(): string {
    const { tasks, buildTask } = this.#project
    return commandsOf(tasks, buildTask).join('\n') || "echo 'There is nothing to build or to test.'"
  }

  get pack(): string {
    const { tasks, packageTask } = this.#project
    return commandsOf(tasks, packageTask).join('\n')
  }
}
