import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import { type Release, uploadsOf } from '../../release.ts'
import { child, entriesOf, type Tree } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'

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
      yield* withoutDeclared(job.file, declared, job.source.workflow, unread, release)
      yield* withoutPassed(job.file, unread, release)
    }
  },
}

function reads(text: string, name: string): boolean {
  return new RegExp(`\\bsecrets\\.${name}\\b|\\bsecrets\\[`).test(text)
}

function* withoutDeclared(
  file: string,
  declared: Tree,
  workflow: Tree,
  names: readonly string[],
  release: Release,
): Iterable<Outcome> {
  const source = release.source(file)
  const call = child(workflow, 'on', 'workflow_call')
  if (source === undefined || call === undefined) return
  // A call that is left without anything is still a call: `workflow_call:`.
  const isAll = isEmptiedBy(declared, names)
  const edits = isAll ? removeKeys(source, call, ['secrets']) : removeKeys(source, declared, names)
  if (edits === undefined) return
  yield {
    place: declared.place,
    sentence: `${file} no longer asks its callers for ${names.join(', ')}.`,
    edits,
  }
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
