import { isCommit } from '../github/action-use.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../yaml/tree.ts'

interface Pin {
  readonly sha: string
  readonly version: string
}

/**
 * Actions at commits that are known here. A tag can be moved, a commit cannot. Definitions have a table of their own
 * (`packages/project/src/github/actions.ts`); a test holds the two together.
 */
export const ACTION_PINS: Readonly<Record<string, Pin>> = {
  'actions/checkout': { sha: '3d3c42e5aac5ba805825da76410c181273ba90b1', version: 'v7.0.1' },
  'actions/setup-node': { sha: '820762786026740c76f36085b0efc47a31fe5020', version: 'v7.0.0' },
  'actions/setup-python': { sha: '5fda3b95a4ea91299a34e894583c3862153e4b97', version: 'v7.0.0' },
  'actions/upload-artifact': { sha: '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', version: 'v7.0.1' },
  'actions/download-artifact': {
    sha: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c',
    version: 'v8.0.1',
  },
  'actions/github-script': { sha: 'ed597411d8f924073f98dfc5c65a23a2325f34cd', version: 'v8.0.0' },
  'actions/attest': { sha: '1e69f48acb82d1966a394da916b4c1698aa569d6', version: 'v4.2.2' },
  'actions/attest-build-provenance': {
    sha: '0f67c3f4856b2e3261c31976d6725780e5e4c373',
    version: 'v4.1.1',
  },
  'pypa/gh-action-pypi-publish': {
    sha: 'dc37677b2e1c63e2034f94d8a5b11f265b73ba33',
    version: 'v1.14.2',
  },
  'astral-sh/setup-uv': { sha: '20cfd1bf945f4377ade1205e4dbc17946fc9a30d', version: 'v10.0.1' },
  'changesets/action': { sha: '6a0a831ff30acef54f2c6aa1cbbc1096b066edaf', version: 'v1.7.0' },
  'pnpm/action-setup': { sha: '0977fd99725f1db4007ccb2928dbb4e90d06cc86', version: 'v6.0.10' },
}

/**
 * `owner/name@ref` as a workflow would write it: at the commit with its version as comment where it pins its actions,
 * at the tag elsewhere, or where no commit is known here.
 */
export function usesFor(name: string, tag: string, workflow: Tree): string {
  const pin = Object.hasOwn(ACTION_PINS, name) ? ACTION_PINS[name] : undefined
  if (pin === undefined || !pinsActions(workflow)) return `${name}@${tag}`
  return `${name}@${pin.sha} # ${pin.version}`
}

/** Tells whether a workflow names the actions that it uses by commit, most of them at least. */
export function pinsActions(workflow: Tree): boolean {
  const refs = entriesOf(child(workflow, 'jobs'))
    .flatMap(([, job]) => itemsOf(child(job, 'steps')))
    .map((step) => textOf(child(step, 'uses')) ?? '')
    .filter((uses) => uses.includes('@'))
    .map((uses) => uses.slice(uses.lastIndexOf('@') + 1))
  return refs.length > 0 && refs.filter(isCommit).length * 2 > refs.length
}
