import type { Edit, SourceFile } from '../../edits/edit.ts'
import { emptied, isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import { type Release, uploadsOf } from '../../release.ts'
import { child, entriesOf, type Tree } from '../../yaml/tree.ts'
import { isChange, type Outcome, type Rewrite } from '../migration.ts'

/** Secrets that a called workflow of this repository was given for publishing, and no longer reads. */
export const calledSecrets: Rewrite = {
  id: 'called-secrets',
  title: 'Takes secrets out of calls to workflows that no longer read them.',
  *rewrite(release) {
    for (const { job } of uploadsOf(release)) {
      const [caller] = job.source.callers.slice(-1)
      if (caller === undefined) continue
      const declared = child(job.source.workflow, 'on', 'workflow_call', 'secrets')
      const text = release.source(job.file)?.text ?? ''
      const unread = entriesOf(declared)
        .map(([name]) => name)
        .filter((name) => /npm|pypi|publish|registry|token/i.test(name) && !reads(text, name))
      if (declared === undefined || unread.length === 0) continue
      const undeclared = withoutDeclared(job.file, declared, job.source.workflow, unread, release)
      yield undeclared
      // A required secret that no caller passes would end the run before it starts.
      if (isChange(undeclared)) yield* withoutPassed(job.file, unread, release)
    }
  },
}

function reads(text: string, name: string): boolean {
  // What it calls in turn may get all of them.
  return new RegExp(`\\bsecrets\\.${name}\\b|\\bsecrets\\[|\\bsecrets:\\s*inherit\\b`).test(text)
}

function withoutDeclared(
  file: string,
  declared: Tree,
  workflow: Tree,
  names: readonly string[],
  release: Release,
): Outcome {
  const { place } = declared
  const source = release.source(file)
  const call = child(workflow, 'on', 'workflow_call')
  const edits = source && call && withoutNames(source, declared, call, names)
  return edits === undefined
    ? {
        place,
        sentence: `${file} need not ask its callers for ${names.join(', ')} any more: take it out there, and where they pass it, by hand.`,
      }
    : {
        place,
        sentence: `${file} no longer asks its callers for ${names.join(', ')}.`,
        edits,
      }
}

function withoutNames(
  source: SourceFile,
  declared: Tree,
  call: Tree,
  names: readonly string[],
): readonly Edit[] | undefined {
  if (!isEmptiedBy(declared, names)) return removeKeys(source, declared, names)
  if (!isEmptiedBy(call, ['secrets'])) return removeKeys(source, call, ['secrets'])
  // A call that is left without anything is still a call: `workflow_call:`.
  const edit = emptied(source, call)
  return edit && [edit]
}

function* withoutPassed(
  called: string,
  names: readonly string[],
  release: Release,
): Iterable<Outcome> {
  const { pipeline } = release
  for (const { file, job, source } of [...pipeline.jobs, ...pipeline.otherJobs].flatMap((one) =>
    one.file === called
      ? one.source.callers
          .slice(-1)
          .map((caller) => ({ ...caller, source: release.source(caller.file) }))
      : [],
  )) {
    const passed = child(job, 'secrets')
    const given = entriesOf(passed)
      .map(([name]) => name)
      .filter((name) => names.includes(name))
    if (passed === undefined || source === undefined || given.length === 0) continue
    const edits = isEmptiedBy(passed, given)
      ? removeKeys(source, job, ['secrets'])
      : removeKeys(source, passed, given)
    if (edits === undefined) continue
    yield {
      place: passed.place,
      sentence: `${file} no longer passes ${given.join(', ')} to ${called}.`,
      edits,
    }
  }
}
