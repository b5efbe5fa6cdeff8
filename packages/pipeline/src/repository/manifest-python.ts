import { parse } from 'smol-toml'
import { field, isRecord } from './json-fields.ts'
import type { NpmManifest } from './manifest-npm.ts'

/** What a `pyproject.toml`, or an older `setup.cfg`, says about publishing. */
export interface PythonManifest {
  readonly ecosystem: 'pypi'
  readonly file: string
  /** Relative to the root, `.` for the root itself. */
  readonly directory: string
  /** As written, not normalised. */
  readonly name: string
  /** Undefined where the build computes it (`dynamic = ["version"]`). */
  readonly version?: string
  readonly private: boolean
  /** `tool.uv.publish-url`. */
  readonly publishUrl?: string
  /** Name → `publish-url` of each `[[tool.uv.index]]`. */
  readonly indexes: ReadonlyMap<string, string>
  readonly repository?: string
  /** For a package that jsii makes of a `package.json`: the module to import. */
  readonly jsii?: { readonly module: string }
}

// PyPI refuses every upload with a classifier that begins so (pypi.org/classifiers).
const PRIVATE_CLASSIFIER = 'Private ::'

/**
 * Reads a `pyproject.toml` (PEP 621, else `[tool.poetry]`). Undefined if it describes no project, only tools.
 * @throws TomlError if the text is not TOML.
 */
export function readPythonManifest(
  file: string,
  directory: string,
  text: string,
): PythonManifest | undefined {
  const document: unknown = parse(text)
  const tool = at(document, 'tool')
  const project = at(document, 'project')
  const poetry = at(tool, 'poetry')
  const name = field(project, 'name') ?? field(poetry, 'name')
  if (name === undefined) return undefined
  const version =
    field(project, 'version') ?? (isDynamic(project) ? undefined : field(poetry, 'version'))
  const publishUrl = field(at(tool, 'uv'), 'publish-url')
  const repository = repositoryOf(at(project, 'urls')) ?? field(poetry, 'repository')
  return {
    ecosystem: 'pypi',
    file,
    directory,
    name,
    ...(version !== undefined && { version }),
    private: [...list(project, 'classifiers'), ...list(poetry, 'classifiers')].some(
      (classifier) => typeof classifier === 'string' && classifier.startsWith(PRIVATE_CLASSIFIER),
    ),
    ...(publishUrl !== undefined && { publishUrl }),
    indexes: indexesOf(at(tool, 'uv')),
    ...(repository !== undefined && { repository }),
  }
}

/** Reads `[metadata]` of a `setup.cfg` (setuptools.pypa.io, "Declarative config"). Undefined without a name. */
export function readSetupCfg(
  file: string,
  directory: string,
  text: string,
): PythonManifest | undefined {
  const metadata = /^\[metadata\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}[ \\t]*[=:][ \\t]*(\\S.*?)[ \\t\\r]*$`, 'm').exec(metadata)?.[1]
  const name = value('name')
  if (name === undefined) return undefined
  const version = value('version')
  // `attr: package.__version__` and `file: VERSION` are computed by the build.
  const known = version !== undefined && /^\d/.test(version) ? { version } : {}
  const isPrivate = metadata.includes(PRIVATE_CLASSIFIER)
  const repository = value('url')
  return {
    ecosystem: 'pypi',
    file,
    directory,
    name,
    ...known,
    private: isPrivate,
    indexes: new Map(),
    ...(repository !== undefined && { repository }),
  }
}

/**
 * Reads the literal `name=` and `version=` of a `setup.py`, without running it. Undefined without a name.
 */
export function readSetupPy(
  file: string,
  directory: string,
  text: string,
): PythonManifest | undefined {
  const call = /\bsetup\s*\(([\s\S]*)/.exec(text)?.[1] ?? ''
  const value = (key: string) => new RegExp(`\\b${key}\\s*=\\s*['"]([^'"]+)['"]`).exec(call)?.[1]
  const name = value('name')
  if (name === undefined) return undefined
  const version = value('version')
  const repository = value('url')
  return {
    ecosystem: 'pypi',
    file,
    directory,
    name,
    ...(version !== undefined && { version }),
    private: call.includes(PRIVATE_CLASSIFIER),
    indexes: new Map(),
    ...(repository !== undefined && { repository }),
  }
}

/** The Python package that jsii makes of an npm package, with its version. Undefined for every other npm package. */
export function jsiiManifest(npm: NpmManifest): PythonManifest | undefined {
  const { file, directory, version, repository, jsiiPython } = npm
  if (jsiiPython === undefined) return undefined
  return {
    ecosystem: 'pypi',
    file,
    directory,
    name: jsiiPython.distName,
    ...(version !== undefined && { version }),
    private: npm.private,
    indexes: new Map(),
    ...(repository !== undefined && { repository }),
    jsii: { module: jsiiPython.module },
  }
}

function isDynamic(project: unknown): boolean {
  return list(project, 'dynamic').includes('version')
}

function indexesOf(uv: unknown): ReadonlyMap<string, string> {
  const indexes = new Map<string, string>()
  for (const index of list(uv, 'index')) {
    const name = field(index, 'name')
    const url = field(index, 'publish-url')
    if (name !== undefined && url !== undefined) indexes.set(name, url)
  }
  return indexes
}

/** The well-known labels of a source URL (packaging.python.org, "Well-known Project URLs"). */
function repositoryOf(urls: unknown): string | undefined {
  const labels = new Set(['source', 'repository', 'sourcecode', 'github', 'gitlab'])
  const plain = (label: string): string => label.toLowerCase().replace(/[^a-z]/g, '')
  const all = isRecord(urls) ? Object.keys(urls) : []
  const label = all.find((one) => labels.has(plain(one)))
  const home = all.find((one) => plain(one) === 'homepage')
  return field(urls, label ?? home ?? '')
}

function at(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key)
  return Array.isArray(found) ? found : []
}
