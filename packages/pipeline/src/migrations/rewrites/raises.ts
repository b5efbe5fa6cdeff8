import type { PublishStep } from '../../model.ts'
import { isCertainlyBelow, isCertainlyIn } from '../../steps/tool-version.ts'

/** A version of a tool in which it can exchange ID tokens, and what is written for it. */
export interface Raise {
  readonly since: string
  /** In package.json. */
  readonly range: string
  /** Behind `@` on a command line, or in `packageManager`. */
  readonly exact: string
  /** What the version before does, for the person. */
  readonly why: string
  /** The only versions that have to be raised; without it all before `since`. */
  readonly only?: string
}

const FIRST = 'is the first that can exchange ID tokens'

const RAISES: Readonly<Record<string, Raise>> = {
  'semantic-release': { since: '25.0.0', range: '^25.0.0', exact: '25', why: `25.0.0 ${FIRST}` },
  lerna: { since: '9.0.0', range: '^9.0.0', exact: '9', why: `9.0.0 ${FIRST}` },
  '@lerna-lite/publish': { since: '4.9.0', range: '^4.9.0', exact: '4.9.0', why: `4.9.0 ${FIRST}` },
  np: {
    since: '12.0.0',
    range: '^12.0.0',
    exact: '12',
    why: 'older ones ask npm who is logged in, or cannot exchange ID tokens',
  },
  yarn: { since: '4.10.0', range: '^4.10.0', exact: '4.18.1', why: `4.10.0 ${FIRST}` },
  twine: { since: '6.1.0', range: '>=6.1', exact: '6.1.0', why: `6.1.0 ${FIRST}` },
  pnpm: {
    since: '11.0.8',
    only: '>=11.0.0 <11.0.8',
    range: '^11.1.0',
    exact: '11.28.11',
    why: 'it takes the placeholder that actions/setup-node writes for a token, and exchanges nothing',
  },
}

/** Packages that come with a tool and have to keep step with it. */
export const PLUGINS: Readonly<Record<string, Readonly<Record<string, Raise>>>> = {
  'semantic-release': {
    '@semantic-release/npm': {
      since: '13.0.0',
      range: '^13.0.0',
      exact: '13',
      why: 'it goes with semantic-release 25',
    },
  },
  '@lerna-lite/publish': Object.fromEntries(
    ['cli', 'version', 'changed', 'diff', 'exec', 'list', 'run', 'watch'].map((name) => [
      `@lerna-lite/${name}`,
      {
        since: '4.9.0',
        range: '^4.9.0',
        exact: '4.9.0',
        why: 'the packages of Lerna-Lite go together',
      },
    ]),
  ),
}

/** What a step's tool is to be raised to, if its version certainly has to be. */
export function raiseOf(step: PublishStep): Raise | undefined {
  const { clientVersion } = step
  const raise = RAISES[toolOf(step)]
  return raise !== undefined && clientVersion !== undefined && isOld(clientVersion, raise)
    ? raise
    : undefined
}

/** Tells whether a version certainly has to be raised. */
export function isOld(version: { readonly range: string }, { since, only }: Raise): boolean {
  return only === undefined ? isCertainlyBelow(version, since) : isCertainlyIn(version, only)
}

/** The package that is raised. */
export function toolOf({ client, tool }: PublishStep): string {
  return tool ?? client
}
