import { refuse } from '../errors.ts'
import type { PythonBuildTool, PythonProjectOptions } from '../options/python.ts'
import { TOOL_VERSIONS } from '../release/recipe.ts'
import { specifierOf } from './requirement.ts'
import { STABLE_SDIST } from './stable-sdist.ts'

/** How a build tool is told what to do. */
export interface BuildTool {
  readonly name: PythonBuildTool
  /** `[build-system]` (PEP 518). */
  readonly requires: string
  readonly backend: string
  /** What it wants to read below `[tool]`. */
  readonly tables: (module: string, tests: string) => Readonly<Record<string, unknown>>
  /** Commands that bring it into a job. */
  readonly setUp: readonly string[]
  /** Installs what the lock file says, or fails. */
  readonly lockedInstall: readonly string[]
  /** Installs what `pyproject.toml` says. */
  readonly install: readonly string[]
  /** Runs pytest on the project. */
  readonly test: string
  /** Build sdist and wheel into `dist/python`, which is not there. */
  readonly pack: readonly string[]
  readonly lock?: { readonly file: string; readonly update: readonly string[] }
}

/** Backends and pip for those tools that bring none of their own, exact as in `TOOL_VERSIONS`. */
const VERSIONS = { hatchling: '1.33.0', setuptools: '84.2.1', pip: '26.3' }

/** A second build of a commit yields the same files (reproducible-builds.org). Without a commit it is only a try. */
const COMMIT_TIME = 'SOURCE_DATE_EPOCH="$(git log -1 --format=%ct 2>/dev/null || date +%s)"'

const PYTHON = '.venv/bin/python'

/** The least versions that read `license` as an expression (PEP 639); what is released is built with exact ones. */
const TOOLS: Readonly<Record<PythonBuildTool, BuildTool>> = {
  uv: {
    name: 'uv',
    // uv builds with its own copy if the range has its version.
    requires: `uv_build${specifierOf(`^${TOOL_VERSIONS.uv.replace(/\.\d+$/, '')}`)}`,
    backend: 'uv_build',
    tables: (module) => ({ uv: { 'build-backend': { 'module-name': module } } }),
    setUp: [],
    lockedInstall: ['uv sync --locked'],
    install: ['uv sync'],
    test: 'uv run pytest',
    // A .gitignore between the files would be one that nobody publishes.
    pack: ['uv build --no-create-gitignore --out-dir dist/python'],
    lock: { file: 'uv.lock', update: ['uv', 'lock'] },
  },
  hatch: {
    name: 'hatch',
    requires: `hatchling${specifierOf('^1.27')}`,
    backend: 'hatchling.build',
    tables: (module, tests) => ({
      hatch: {
        build: {
          targets: {
            // By default it takes all that git does not ignore.
            sdist: { 'only-include': ['src', tests] },
            wheel: { packages: [`src/${module}`] },
          },
        },
        envs: {
          default: { 'dependency-groups': ['dev'] },
          'hatch-build': { dependencies: [`hatchling==${VERSIONS.hatchling}`] },
        },
      },
    }),
    setUp: [`python -m pip install hatch==${TOOL_VERSIONS.hatch}`],
    lockedInstall: ['hatch env create'],
    install: ['hatch env create'],
    test: 'hatch run pytest',
    pack: ['hatch build dist/python'],
  },
  setuptools: {
    name: 'setuptools',
    requires: 'setuptools>=77',
    backend: 'setuptools.build_meta',
    tables: () => ({
      setuptools: {
        packages: { find: { where: ['src'] } },
        'package-data': { '*': ['py.typed'] },
      },
    }),
    setUp: [],
    lockedInstall: setuptoolsInstall(),
    install: setuptoolsInstall(),
    test: `${PYTHON} -m pytest`,
    pack: [`${PYTHON} -m build --no-isolation --outdir dist/python`, `${PYTHON} ${STABLE_SDIST}`],
  },
  poetry: {
    name: 'poetry',
    requires: `poetry-core${specifierOf('^2.2')}`,
    backend: 'poetry.core.masonry.api',
    tables: (module) => ({ poetry: { packages: [{ include: module, from: 'src' }] } }),
    setUp: [`python -m pip install poetry==${TOOL_VERSIONS.poetry}`],
    lockedInstall: ['poetry check --lock', 'poetry install'],
    install: ['poetry install'],
    test: 'poetry run pytest',
    pack: ['poetry build --output dist/python'],
    lock: { file: 'poetry.lock', update: ['poetry', 'lock'] },
  },
}

/** The backend is installed once and used for all, so that its version is known. */
function setuptoolsInstall(): readonly string[] {
  const { pip, setuptools } = VERSIONS
  return [
    'python3 -m venv .venv',
    `${PYTHON} -m pip install pip==${pip} build==${TOOL_VERSIONS.build} setuptools==${setuptools}`,
    `${PYTHON} -m pip install --no-build-isolation --editable . --group dev`,
  ]
}

/** Commands that build what is published. */
export function packCommands({ pack }: BuildTool): readonly string[] {
  return ['rm -rf dist/python', ...pack.map((command) => `${COMMIT_TIME} ${command}`)]
}

/** projen's flags, each the name of a tool. */
const FLAGS = ['uv', 'poetry', 'setuptools'] as const

/**
 * The tool that the options choose, in ours or in projen's words.
 * @throws ProjectError `option_conflict`
 */
export function chosenTool(type: string, options: PythonProjectOptions): BuildTool {
  const words = [
    ...(options.buildTool === undefined
      ? []
      : [{ word: `buildTool: '${options.buildTool}'`, tool: options.buildTool }]),
    ...FLAGS.filter((tool) => options[tool]).map((tool) => ({ word: `${tool}: true`, tool })),
  ]
  const [first = { word: 'the missing buildTool', tool: 'uv' as const }] = words
  const other = words.find(({ tool }) => tool !== first.tool)
  const reason = 'a project is built by one tool. Name it with buildTool alone.'
  if (other !== undefined) {
    throw refuse('option_conflict', { type, first: first.word, second: other.word, reason })
  }
  if (first.tool !== 'hatch' && options[first.tool] === false) {
    const second = `${first.tool}: false`
    throw refuse('option_conflict', { type, first: first.word, second, reason })
  }
  return TOOLS[first.tool]
}
