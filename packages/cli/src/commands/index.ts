import type { Command } from '../command.ts'

/** A command as the list knows it; the rest is loaded when it runs, so that starting stays quick. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'new',
    summary: 'start a project whose release publishes without stored tokens',
    load: () => import('./new.ts'),
  },
  {
    name: 'synth',
    summary: 'write the files that a project definition describes',
    load: () => import('./synth.ts'),
  },
  {
    name: 'doctor',
    summary: 'find what would fail on release day, and why',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'migrate',
    summary: 'move a repository from stored tokens to trusted publishing',
    load: () => import('./migrate.ts'),
  },
  {
    name: 'trust',
    summary: 'configure the trusted publishers of a repository at its registries',
    load: () => import('./trust.ts'),
  },
  {
    name: 'rehearse',
    summary: 'play the whole release offline, against a local registry',
    load: () => import('./rehearse.ts'),
  },
  {
    name: 'publish',
    summary: 'publish packages from CI, each registry asked before the first upload',
    load: () => import('./publish.ts'),
  },
  {
    name: 'token',
    summary: 'exchange an ID token for an API token, for programs that cannot',
    load: () => import('./token.ts'),
  },
  {
    name: 'verify',
    summary: 'verify where packages come from and who built them, also whole lock files',
    load: () => import('./verify.ts'),
  },
  {
    name: 'serve',
    summary: 'run a registry for npm and Python that accepts trusted publishers',
    load: () => import('./serve.ts'),
  },
]
