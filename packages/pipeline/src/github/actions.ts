import type { Recognised } from '../steps/commands.ts'
import { notPlayed } from '../steps/unplayed.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>
type Inputs = ReadonlyMap<string, string>

/** Actions that publish as a client would, written as that client's command. */
const PUBLISHING: ReadonlyMap<string, (inputs: Inputs) => Publish | undefined> = new Map([
  ['pypa/gh-action-pypi-publish', pypiPublish],
  ['js-devtools/npm-publish', npmPublish],
])

/** Actions that publish but are not played, with the input that has to be there for it, if any. */
const UNPLAYED: ReadonlyMap<string, readonly [input: string, value?: RegExp] | undefined> = new Map(
  Object.entries({
    'changesets/action': ['publish'],
    'googleapis/release-please-action': undefined,
    'google-github-actions/release-please-action': undefined,
    'cycjimmy/semantic-release-action': undefined,
    'codfish/semantic-release-action': undefined,
    'python-semantic-release/python-semantic-release': undefined,
    'pyo3/maturin-action': ['command', /^(?:publish|upload)$/],
    'jrubics/poetry-publish': undefined,
    'casperdcl/deploy-pypi': undefined,
    'pascalgn/npm-publish-action': undefined,
    'intuit/auto': undefined,
  } satisfies Record<string, readonly [string, RegExp?] | undefined>),
)

/** What an action publishes. Undefined for one that publishes nothing. `uses` is `owner/name@ref`. */
export function recogniseAction(uses: string, inputs: Inputs): Recognised | undefined {
  const name = uses.replace(/@.*$/s, '').toLowerCase()
  const publishing = PUBLISHING.get(name)
  if (publishing !== undefined) {
    const found = publishing(inputs)
    const incapable = tooOld(name, uses)
    return found === undefined || incapable === undefined ? found : { ...found, incapable }
  }
  if (!UNPLAYED.has(name)) return undefined
  const needed = UNPLAYED.get(name)
  const value = needed && inputs.get(needed[0])
  if (needed !== undefined && (value === undefined || needed[1]?.test(value) === false)) {
    return undefined
  }
  return notPlayed(name)
}

/** The first releases that know trusted publishing (their release notes). */
const CAPABLE_SINCE: ReadonlyMap<string, readonly [major: number, minor: number]> = new Map([
  ['pypa/gh-action-pypi-publish', [1, 8]],
  ['js-devtools/npm-publish', [4, 0]],
])

/** Judges tags only: `@v1.5.0`, and `@v3`. A commit or a branch may be any version. */
function tooOld(name: string, uses: string): string | undefined {
  const since = CAPABLE_SINCE.get(name)
  const tag = /@v?(\d+)(?:\.(\d+)[\d.]*)?$/.exec(uses)
  if (since === undefined || tag === null) return undefined
  const [major, minor] = [Number(tag[1]), tag[2] === undefined ? since[1] : Number(tag[2])]
  if (major > since[0] || (major === since[0] && minor >= since[1])) return undefined
  return `${uses} cannot exchange ID tokens; version ${since.join('.')} is the first that can. Use a newer one.`
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
function npmPublish(inputs: Inputs): Publish | undefined {
  if (inputs.get('dry-run') === 'true') return undefined
  const path = (inputs.get('package') ?? '').replace(/(?:^|\/)package\.json$/, '')
  const flags = ['registry', 'tag', 'access', 'provenance'].flatMap((name) => {
    const value = inputs.get(name)
    return value === undefined || value === '' ? [] : [`--${name}=${value}`]
  })
  const target = path === '' || path === '.' ? [] : [path]
  return {
    kind: 'publish',
    client: 'npm',
    args: [...flags, ...target],
    selection: { of: 'directory' },
  }
}
