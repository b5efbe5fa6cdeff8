import { basename } from 'node:path'
import type { Ui } from '../ui/ui.ts'
import type { Installed } from './install.ts'
import { registrationLines } from './registration.ts'
import type { SynthReport } from './report.ts'

/** A new project, as `--json` prints it. */
export interface Started extends SynthReport, Installed {
  /** Relative to where the person is. */
  readonly directory: string
  readonly name: string
  /** As the definition names it. */
  readonly repository: string
  /** Whether nobody knew the repository, so that what follows from it is an example too. */
  readonly repositoryIsExample: boolean
  /** Whether it is in a git repository. */
  readonly isGit: boolean
  /** What must be changed before the first release. */
  readonly warnings: readonly string[]
}

/** A new project and what its owner does next, as lines. */
export function startedLines(started: Started, colour: Ui['colour']): readonly string[] {
  const { name, directory, definition, changes, notes, registrations } = started
  const folder = directory === '.' ? 'this folder' : directory
  const file = basename(definition)
  const warnings = [started.installProblem ?? [], started.warnings].flat()
  const registration = started.repositoryIsExample ? [] : registrationLines(registrations, colour)
  return [
    `${colour.bold(name)} is in ${folder}: ${file}, and ${changes.length} files that follow from it.`,
    ...changes.map(({ path }) => `  ${colour.dim(path)}`),
    ...notes.map((note) => `${colour.yellow('note')}     ${note}`),
    ...warnings.map((warning) => `${colour.yellow('warning')}  ${warning}`),
    ...(registration.length === 0 ? [] : ['', ...registration]),
    '',
    colour.bold('Next'),
    ...stepsOf(started).map((step, index) => `  ${index + 1}. ${step}`),
  ]
}

function stepsOf(started: Started): readonly string[] {
  const { directory, definition, installCommand, registrations, isGit } = started
  const file = basename(definition)
  const registering = started.repositoryIsExample
    ? `Put your repository into ${file}, then run: trustpub synth. It shows what to register.`
    : 'Register the publishers, as shown above.'
  return [
    directory === '.' ? [] : `cd ${directory}`,
    installCommand ?? [],
    'Play the whole release offline: trustpub rehearse',
    registrations.length === 0 ? [] : registering,
    isGit ? [] : 'git init && git checkout -b main',
    'git add --all && git commit -m "feat: first version", then push main: that is the first release.',
  ].flat()
}
