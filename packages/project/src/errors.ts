import type { Values } from '@trustpub/identity'

/** Everything that can be wrong with a definition or with the place it is written to. */
export const PROJECT_ERRORS = {
  option_unknown: '{type} has no option {option}. {hint}',
  option_type: '{type}: {option} must be {expected}, not {actual}.',
  option_required: '{type} needs the option {option}.',
  option_conflict: '{type}: {first} and {second} contradict each other: {reason}',
  option_refused: '{type}: {option} cannot be had here: {reason}',
  option_invalid: '{type}: {option} is "{value}", which cannot be used: {reason}',
  file_twice:
    'Two parts of the definition write {path}: change the path of one of them, or remove the other with tryRemoveFile("{path}").',
  file_outside: 'The path {path} leads out of {root}. Files are written below the project only.',
  file_owned:
    '{path} exists and was not generated, so it is not overwritten. Move it away, or take it over with trustpub synth --adopt {path}.',
  file_changed:
    '{path} was generated but has been changed by hand since, so it is not overwritten. Put the change into the definition and delete the file, or take it over with trustpub synth --adopt {path}.',
  file_obstructed: '{path} cannot be written, because {obstacle}.',
  file_unwritable: '{path} cannot be written ({reason}). Nothing was changed.',
  patch_failed: 'The patch {operation} does not fit {file}: {reason}',
  pointer_invalid:
    '"{pointer}" is no JSON pointer: it starts with / and names one member after the other.',
  task_unknown: 'There is no task {task}. {hint}',
  task_twice: 'There is a task {task} already: get it with tasks.tryFind("{task}") and change it.',
  task_cycle: 'The tasks run each other in a circle: {cycle}. Take one of the steps out.',
  task_locked:
    'The task {task} is locked: the order of the build is fixed. Change the tasks that it runs.',
  task_name: 'A task cannot be named "{task}": use letters, digits, and : . _ - in between.',
  dependency_invalid: '"{spec}" names no dependency: write name or name@range.',
  dependency_unknown: 'There is no dependency {name}{type}.',
  workflow_name:
    'A workflow cannot be named "{name}": its file name would be empty. Use a letter or a digit.',
  workflow_file:
    'GitHub would not load the workflow {file}: it takes files right in .github/workflows that end in .yml or .yaml.',
  workflow_twice:
    'Two workflows would be written to {file}: name one of them differently, since publishers are bound to the file name.',
  action_unpinned:
    'A step uses {uses} without a version, and none is pinned here: write {uses}@ and the commit that you trust.',
  job_unknown: 'The workflow {workflow} has no job {job}. It has: {known}.',
  job_twice: 'The workflow {workflow} has a job {job} already.',
  project_not_root: 'Only the root project is synthesised; call synth() on it.',
  subproject_outdir: 'The subproject {name} needs an outdir of its own below {root}.',
  repository_unknown:
    'Trusted publishing binds to a repository, and nothing names it. Set repository in the definition, or add a git remote.',
  release_nowhere:
    '{type}: {option} needs a CI to publish from, but github is false and gitlab is not true. Set one of them, or take {option} out.',
  release_off: '{type}: {option} needs a release, but release is false.',
  publisher_twice:
    'The release publishes to {target} twice. One job would have to be chosen silently; take one of the calls out.',
} as const

export type ProjectErrorCode = keyof typeof PROJECT_ERRORS

/** A definition that cannot be carried out. `code` is stable; the message is a sentence for a person. */
export class ProjectError extends Error {
  override readonly name = 'ProjectError'
  readonly code: ProjectErrorCode

  constructor(code: ProjectErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Makes a {@link ProjectError} from the error table. */
export function refuse<Code extends ProjectErrorCode>(
  code: Code,
  values: Values<(typeof PROJECT_ERRORS)[Code]>,
): ProjectError {
  const named = values as Readonly<Record<string, unknown>>
  const sentence = PROJECT_ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(named[name]),
  )
  return new ProjectError(code, sentence)
}
