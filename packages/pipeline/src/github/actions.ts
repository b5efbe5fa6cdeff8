import type { ActionUse } from '../job.ts'
import { whyIncapableTool } from '../steps/capability.ts'
import type { Recognised } from '../steps/recognised.ts'
import { splitScript } from '../steps/shell.ts'
import { notPlayed } from '../steps/unplayed.ts'
import type { Variables } from '../steps/variables.ts'
import { isActionBelow } from './action-use.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>
type Inputs = ReadonlyMap<string, string>
type Recogniser = (
  inputs: Inputs,
  variables: Variables,
  action: ActionUse,
) => Recognised | undefined

/** Actions that publish, written as the command of the client that they stand for. */
const PUBLISHING: ReadonlyMap<string, Recogniser> = new Map<string, Recogniser>([
  ['pypa/gh-action-pypi-publish', pypiPublish],
  ['js-devtools/npm-publish', npmPublish],
  ['changesets/action', changesets],
  ['cycjimmy/semantic-release-action', semanticRelease],
  ['codfish/semantic-release-action', semanticRelease],
  ['python-semantic-release/python-semantic-release', pythonSemanticRelease],
  ['relekang/python-semantic-release', pythonSemanticRelease],
  ['pyo3/maturin-action', maturin],
  ['messense/maturin-action', maturin],
  ['casperdcl/deploy-pypi', deployPypi],
  ['jrubics/poetry-publish', poetryPublish],
  ['pascalgn/npm-publish-action', () => byTool('npm')],
  ['jupyter-server/jupyter_releaser/.github/actions/finalize-release', jupyterReleaser],
  ['jupyter-server/jupyter-releaser/.github/actions/finalize-release', jupyterReleaser],
])

/** The step of jupyter_releaser that uploads, with twine, what its earlier steps have put into a draft release. */
export function isJupyterReleaser({ name }: ActionUse): boolean {
  return PUBLISHING.get(name) === jupyterReleaser
}

/** Actions that make releases, where what they publish is not told by their inputs. */
const UNPLAYED = new Set([
  'googleapis/release-please-action',
  'google-github-actions/release-please-action',
  'intuit/auto',
])

/** The first releases that know trusted publishing (their release notes). */
const CAPABLE_SINCE: ReadonlyMap<string, readonly [major: number, minor: number]> = new Map([
  ['pypa/gh-action-pypi-publish', [1, 8]],
  ['js-devtools/npm-publish', [4, 0]],
  // Brings semantic-release 25 (its release notes; version 5 brings 24).
  ['cycjimmy/semantic-release-action', [6, 0]],
])

/** Actions that have no trusted publishing in any release. */
const NEVER: ReadonlyMap<string, string> = new Map([
  ['casperdcl/deploy-pypi', 'use pypa/gh-action-pypi-publish'],
  ['jrubics/poetry-publish', 'build with `poetry build` and use pypa/gh-action-pypi-publish'],
  ['pascalgn/npm-publish-action', 'use `npm publish`, or JS-DevTools/npm-publish@v4'],
])

/** What an action publishes. Undefined for one that publishes nothing. */
export function recogniseAction(
  action: ActionUse,
  inputs: Inputs,
  variables: Variables,
): Recognised | undefined {
  const { name } = action
  if (UNPLAYED.has(name)) return notPlayed(name)
  const found = PUBLISHING.get(name)?.(inputs, variables, action)
  if (found?.kind !== 'publish') return found
  // python-semantic-release has not uploaded since version 8, whatever it is given.
  const isNew = action.version !== undefined && !isActionBelow(action, [8])
  if (found.client === 'python-semantic-release' && isNew) return undefined
  // cycjimmy/semantic-release-action and maturin-action run the version that they are told, else one of their own.
  const runs = inputs.get('semantic_version') ?? inputs.get('maturin-version') ?? ''
  const incapable = runs === '' ? whyIncapable(action) : whyIncapableTool(found.client, runs)
  return incapable === undefined ? found : { ...found, incapable }
}

/** Why an action cannot exchange ID tokens in any release, and what to use. */
export function whyNever({ name }: ActionUse): string | undefined {
  const instead = NEVER.get(name)
  return instead && `${name} cannot exchange ID tokens in any version: ${instead}.`
}

function whyIncapable(action: ActionUse): string | undefined {
  const { name, ref } = action
  const never = whyNever(action)
  if (never !== undefined) return never
  const since = CAPABLE_SINCE.get(name)
  if (since === undefined || !isActionBelow(action, since)) return undefined
  const written = /^[0-9a-f]{40}/.test(ref) ? `v${action.version?.join('.')}` : ref
  return `${name}@${written} cannot exchange ID tokens; version ${since.join('.')} is the first that can. Use a newer one.`
}

/** github.com/pypa/gh-action-pypi-publish: hyphenated inputs, and the older ones with underscores. */
function pypiPublish(inputs: Inputs): Publish {
  const input = (name: string): string | undefined =>
    inputs.get(name) ?? inputs.get(name.replaceAll('-', '_'))
  const directory = (input('packages-dir') ?? 'dist').replace(/\/+$/, '')
  const url = input('repository-url')
  const skip = input('skip-existing') === 'true' ? ['--skip-existing'] : []
  const args = [...(url ? ['--repository-url', url] : []), ...skip, `${directory}/*`]
  return { kind: 'publish', client: 'twine', args, selection: { of: 'directory' } }
}

/** github.com/JS-DevTools/npm-publish: `package` is a directory, its `package.json` or a tarball. */
function npmPublish(inputs: Inputs, _variables: Variables, action: ActionUse): Publish | undefined {
  if (inputs.get('dry-run') === 'true') return undefined
  const path = (inputs.get('package') ?? '').replace(/(?:^|\/)package\.json$/, '')
  const flags = ['registry', 'tag', 'access', 'provenance'].flatMap((name) => {
    const value = inputs.get(name)
    return value === undefined || value === '' ? [] : [`--${name}=${value}`]
  })
  const target = path === '' || path === '.' ? [] : [path]
  // Since version 2 scripts of the package run only where that is asked for.
  const runsScripts = inputs.get('ignore-scripts') === 'false' || isActionBelow(action, [2])
  return {
    kind: 'publish',
    client: 'npm',
    args: [...flags, ...(runsScripts ? [] : ['--ignore-scripts']), ...target],
    selection: { of: 'directory' },
  }
}

/** github.com/changesets/action: without `publish:` it only opens pull requests. */
function changesets(inputs: Inputs): Recognised | undefined {
  const script = inputs.get('publish') ?? ''
  return script === '' ? undefined : { kind: 'shell', script }
}

function semanticRelease(inputs: Inputs): Publish | undefined {
  const dry = inputs.get('dry_run') ?? inputs.get('dry-run')
  return dry === 'true' ? undefined : byTool('semantic-release')
}

/** Only releases before version 8 upload, and only with a token. */
function pythonSemanticRelease(inputs: Inputs): Publish | undefined {
  const uploads = [...inputs].some(
    ([name, value]) => /^(?:pypi_token|repository_password)$/.test(name) && value !== '',
  )
  return uploads
    ? byTool('python-semantic-release', urlFlag(inputs.get('repository_url')))
    : undefined
}

function maturin(inputs: Inputs): Publish | undefined {
  const command = inputs.get('command') ?? ''
  if (!/^(?:publish|upload)$/.test(command)) return undefined
  const [run] = splitScript(`maturin ${inputs.get('args') ?? ''}`)
  return byTool('maturin', run?.words.slice(1))
}

/** Without a password, or with `upload: false`, it only builds. */
function deployPypi(inputs: Inputs): Publish | undefined {
  if (!inputs.has('password') || inputs.get('upload') === 'false') return undefined
  const skip = inputs.get('skip_existing') === 'true' ? ['--skip-existing'] : []
  const folder = (inputs.get('dist_dir') ?? 'dist').replace(/\/+$/, '')
  return byTool('twine', [...urlFlag(inputs.get('url')), ...skip, `${folder}/*`])
}

/** github.com/JRubics/poetry-publish */
function poetryPublish(inputs: Inputs): Publish {
  const directory = (inputs.get('package_directory') ?? '.').replace(/\/+$/, '')
  const skip = (inputs.get('poetry_publish_options') ?? '').match(/--skip-existing\b/g) ?? []
  const publish = byTool('poetry', [...urlFlag(inputs.get('repository_url')), ...skip])
  return { ...publish, directory }
}

/** Its credentials are variables, and `token:` is for GitHub. What it does with the npm packages of a repository is not told by its inputs. */
function jupyterReleaser(inputs: Inputs, variables: Variables): Publish | undefined {
  if (inputs.get('dry_run') === 'true') return undefined
  return byTool('twine', urlFlag(variables.get('TWINE_REPOSITORY_URL')?.value))
}

function urlFlag(url: string | undefined): readonly string[] {
  return url === undefined || url === '' ? [] : ['--repository-url', url]
}

function byTool(client: Publish['client'], args: readonly string[] = []): Publish {
  return { kind: 'publish', client, args, selection: { of: 'directory' } }
}
