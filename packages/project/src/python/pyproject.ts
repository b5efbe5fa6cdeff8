import type { DependencyType } from '../dependencies.ts'
import { refuse } from '../errors.ts'
import { TomlFile } from '../files/toml-file.ts'
import { DEFAULT_LICENSE } from '../license.ts'
import type { PythonProjectOptions } from '../options/python.ts'
import { repositoryUrl } from '../repository.ts'
import type { PythonProject } from './python-project.ts'
import { isVersion, requirementOf, specifierOf } from './requirement.ts'

/** Every Python that is maintained. */
const LEAST_PYTHON = '>=3.10'

/** `pyproject.toml` (packaging.python.org, "pyproject.toml specification"), the same for all build tools. */
export function addPyproject(
  project: PythonProject,
  type: string,
  options: PythonProjectOptions,
): TomlFile {
  checkMetadata(type, options)
  const { requires, backend, tables } = project.buildTool
  const { sampleTestdir, moduleName } = project
  const pytest = { ini_options: { testpaths: [sampleTestdir] } }
  const obj = () => ({
    project: {
      ...metadata(project, options),
      dependencies: requirements(project, type, ['runtime']),
    },
    'dependency-groups': { dev: requirements(project, type, ['build', 'test', 'devenv']) },
    'build-system': { requires: [requires], 'build-backend': backend },
    tool: {
      ...tables(moduleName, sampleTestdir),
      ...(options.pytest === false ? {} : { pytest }),
    },
  })
  return new TomlFile(project, 'pyproject.toml', { obj })
}

function metadata(
  project: PythonProject,
  options: PythonProjectOptions,
): Readonly<Record<string, unknown>> {
  const { description, keywords, license = DEFAULT_LICENSE, classifiers, homepage } = options
  const { authorName: name, authorEmail: email, readme } = options
  const { repository } = project
  return {
    name: project.packageName,
    version: project.version,
    description,
    readme: readme?.filename ?? 'README.md',
    'requires-python': specifierOf(options.requiresPython ?? LEAST_PYTHON),
    license: license === 'UNLICENSED' ? undefined : license,
    'license-files': project.tryFindFile('LICENSE') === undefined ? undefined : ['LICENSE'],
    authors: name === undefined && email === undefined ? undefined : [{ name, email }],
    keywords,
    classifiers,
    urls: {
      Homepage: homepage,
      Repository: repository === undefined ? undefined : repositoryUrl(repository),
    },
  }
}

function requirements(
  { deps }: PythonProject,
  type: string,
  types: readonly DependencyType[],
): readonly string[] {
  return deps.ofType(...types).map((dependency) => requirementOf(type, dependency))
}

/** What build tools or PyPI would refuse only when something is released. */
function checkMetadata(type: string, options: PythonProjectOptions): void {
  const { version = '0.0.0', requiresPython = LEAST_PYTHON, classifiers = [] } = options
  const invalid = (option: string, value: string, reason: string): Error =>
    refuse('option_invalid', { type, option, value, reason })
  if (!isVersion(version)) {
    throw invalid('version', version, 'it is no version of Python packages (PEP 440).')
  }
  if (!specifierOf(requiresPython)) {
    throw invalid('requiresPython', requiresPython, 'write a range such as >=3.10.')
  }
  const licence = classifiers.find((classifier) => classifier.startsWith('License ::'))
  if (licence === undefined) return
  throw refuse('option_conflict', {
    type,
    first: `the classifier "${licence}"`,
    second: `license: '${options.license ?? DEFAULT_LICENSE}'`,
    reason:
      'PyPI takes the licence from one place only (PEP 639). Name it in license, and take the classifier out.',
  })
}
