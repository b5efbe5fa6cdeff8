import { refuse } from '../errors.ts'

/** An action at the commit that is trusted, and the version that it is. */
interface Pin {
  readonly sha: string
  readonly version: string
}

/** The actions that generated workflows use. A tag can be moved, a commit cannot; renew a line to move on. */
export const PINS: Readonly<Record<string, Pin>> = {
  'actions/checkout': { sha: '3d3c42e5aac5ba805825da76410c181273ba90b1', version: 'v7.0.1' },
  'actions/setup-node': { sha: '820762786026740c76f36085b0efc47a31fe5020', version: 'v7.0.0' },
  'actions/setup-python': { sha: '5fda3b95a4ea91299a34e894583c3862153e4b97', version: 'v7.0.0' },
  'actions/upload-artifact': { sha: '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', version: 'v7.0.1' },
  'actions/download-artifact': {
    sha: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c',
    version: 'v8.0.1',
  },
  'pypa/gh-action-pypi-publish': {
    sha: 'dc37677b2e1c63e2034f94d8a5b11f265b73ba33',
    version: 'v1.14.2',
  },
  'astral-sh/setup-uv': { sha: '20cfd1bf945f4377ade1205e4dbc17946fc9a30d', version: 'v10.0.1' },
  'pnpm/action-setup': { sha: '0977fd99725f1db4007ccb2928dbb4e90d06cc86', version: 'v6.0.10' },
}

/** Which version of an action the workflows of a project use. */
export class GithubActions {
  readonly #overrides = new Map<string, string>()

  /**
   * Uses another version of an action everywhere.
   * @param name `owner/name`
   * @param uses `owner/name@ref`; a commit is safer than a tag
   */
  set(name: string, uses: string): void {
    this.#overrides.set(name, uses)
  }

  /**
   * `owner/name@ref` for `owner/name`; what names a version already stays, unless that action was set.
   * @throws ProjectError `action_unpinned`, since GitHub refuses an action without a version
   */
  get(uses: string): string {
    const name = uses.replace(/@.*$/s, '')
    const override = this.#overrides.get(name)
    if (override !== undefined) return override
    // A folder of the repository, or an image.
    if (uses.includes('@') || /^\.|^docker:/.test(uses)) return uses
    const pin = Object.hasOwn(PINS, name) ? PINS[name] : undefined
    if (pin === undefined) throw refuse('action_unpinned', { uses })
    return `${name}@${pin.sha}`
  }
}

/** Adds the version as a comment behind every pinned commit that is known here. */
export function withVersionComments(yaml: string): string {
  return yaml.replace(
    /^(\s*(?:- )?uses: ([\w.-]+\/[\w.-]+)@([0-9a-f]{40}))$/gm,
    (line, _, name, sha) => {
      const pin = Object.hasOwn(PINS, name) ? PINS[name] : undefined
      return pin?.sha === sha ? `${line} # ${pin?.version}` : line
    },
  )
}
