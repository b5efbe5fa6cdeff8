import { field, isRecord } from './json-fields.ts'
import { platformNames } from './napi.ts'

/** What a `package.json` and the `.npmrc` beside it say about publishing. */
export interface NpmManifest {
  readonly ecosystem: 'npm'
  readonly file: string
  /** Relative to the root, `.` for the root itself. */
  readonly directory: string
  /** Undefined for a root that only holds workspaces together. */
  readonly name?: string
  readonly version?: string
  readonly private: boolean
  readonly scripts: ReadonlyMap<string, string>
  /** Globs of `workspaces`, or of `packages` in `pnpm-workspace.yaml`. */
  readonly workspaces: readonly string[]
  /** `publishConfig`, as far as its values are text. */
  readonly publishConfig: ReadonlyMap<string, string>
  /** The `key = value` lines of `.npmrc`. */
  readonly npmrc: ReadonlyMap<string, string>
  /** `npmPublishRegistry`, else `npmRegistryServer`, of `.yarnrc.yml`. */
  readonly yarnRegistry?: string
  /** The repository as written: a URL or a shorthand. */
  readonly repository?: string
  /** `jsii.targets.python` (aws.github.io/jsii, "Configuration"): the Python package that is made of this one. */
  readonly jsiiPython?: { readonly distName: string; readonly module: string }
  /** The packages with binaries that `napi` asks for. */
  readonly platforms?: readonly string[]
}

/** What stands in the files beside a `package.json`. */
export interface Beside {
  /** The text of `.npmrc`. */
  readonly npmrc: string
  /** The globs of `pnpm-workspace.yaml`. */
  readonly workspaces: readonly string[]
  readonly yarnRegistry?: string | undefined
}

/**
 * Reads a `package.json` (docs.npmjs.com, "package.json"). Fields of the wrong type count as absent.
 * @throws SyntaxError if the text is not JSON, TypeError if it is not an object.
 */
export function readNpmManifest(
  file: string,
  directory: string,
  text: string,
  beside: Beside,
): NpmManifest {
  const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (!isRecord(manifest)) throw new TypeError('it is not a JSON object')
  const name = field(manifest, 'name')
  const version = field(manifest, 'version')
  const repository = field(manifest, 'repository') ?? field(manifest.repository, 'url')
  const platforms = platformNames(manifest, name)
  return {
    ecosystem: 'npm',
    file,
    directory,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    private: manifest.private === true,
    scripts: texts(manifest.scripts),
    workspaces: [...workspacesOf(manifest.workspaces), ...beside.workspaces],
    publishConfig: texts(manifest.publishConfig),
    npmrc: readIni(beside.npmrc),
    ...(beside.yarnRegistry !== undefined && { yarnRegistry: beside.yarnRegistry }),
    ...(repository !== undefined && { repository }),
    ...jsiiPythonOf(manifest),
    ...(platforms !== undefined && { platforms }),
  }
}

function jsiiPythonOf({
  jsii,
}: Readonly<Record<string, unknown>>): Pick<NpmManifest, 'jsiiPython'> {
  const targets = isRecord(jsii) ? jsii.targets : undefined
  const python = isRecord(targets) ? targets.python : undefined
  const distName = field(python, 'distName')
  const module = field(python, 'module')
  return distName === undefined || module === undefined ? {} : { jsiiPython: { distName, module } }
}

/** `["packages/*"]`, or yarn's `{ packages: ["packages/*"] }`. */
function workspacesOf(value: unknown): readonly string[] {
  const list = isRecord(value) ? value.packages : value
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

function readIni(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const found = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line)
    if (found !== null) values.set(found[1] ?? '', (found[2] ?? '').replace(/^"(.*)"$/, '$1'))
  }
  return values
}

function texts(value: unknown): ReadonlyMap<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : []
  return new Map(entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])))
}
