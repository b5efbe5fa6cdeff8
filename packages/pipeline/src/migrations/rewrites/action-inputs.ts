import type { SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import { type Release, uploadsOf } from '../../release.ts'
import { child, entriesOf, type Tree, textOf } from '../../yaml/tree.ts'
import { parseYaml } from '../../yaml/yaml-file.ts'
import type { Outcome, Rewrite } from '../migration.ts'

/** Inputs of composite actions of this repository that handed a token on, and that nothing reads any more. */
export const actionInputs: Rewrite = {
  id: 'action-inputs',
  title:
    'Takes inputs for tokens out of composite actions that no longer read them, and out of the steps that pass them.',
  *rewrite(release) {
    const steps = uploadsOf(release).flatMap(({ job }) => job.steps)
    const directories = new Set(steps.flatMap(({ inAction }) => inAction ?? []))
    for (const directory of directories) {
      const source = actionIn(directory, release)
      if (source === undefined) continue
      const action = parseYaml(source.file, source.text, 'github')
      yield* withoutUnread(source, action, givenGitHub(directory, release))
      yield* withoutPassed(directory, action, release)
    }
  },
}

function actionIn(directory: string, { source }: Release): SourceFile | undefined {
  return source(`${directory}/action.yml`) ?? source(`${directory}/action.yaml`)
}

/** The inputs that get GitHub's own token: nobody publishes to a registry with it. */
function givenGitHub(directory: string, release: Release): ReadonlySet<string> {
  const given = stepsWith(directory, release).flatMap(({ tree }) => entriesOf(child(tree, 'with')))
  return new Set(given.flatMap(([name, value]) => (isGitHub(textOf(value) ?? '') ? [name] : [])))
}

function isGitHub(value: string): boolean {
  return /\bsecrets\.GITHUB_TOKEN\b|\bgithub\.token\b/.test(value)
}

function* withoutUnread(
  source: SourceFile,
  action: Tree,
  kept: ReadonlySet<string>,
): Iterable<Outcome> {
  const inputs = child(action, 'inputs')
  const unread = entriesOf(inputs)
    .map(([name]) => name)
    .filter((name) => /npm|pypi|token|auth|password/i.test(name) && !kept.has(name))
    .filter((name) => !reads(source.text, name))
  if (inputs === undefined || unread.length === 0) return
  const edits = isEmptiedBy(inputs, unread)
    ? removeKeys(source, action, ['inputs'])
    : removeKeys(source, inputs, unread)
  if (edits === undefined) return
  const sentence = `${source.file} no longer takes ${unread.join(', ')}.`
  yield { place: inputs.place, sentence, edits }
}

function reads(text: string, name: string): boolean {
  return new RegExp(`\\binputs(?:\\.${name}\\b|\\[['"]${name}['"]\\])`, 'i').test(text)
}

/** A secret for an input that is not declared reaches nobody. */
function* withoutPassed(directory: string, action: Tree, release: Release): Iterable<Outcome> {
  const declared = new Set(entriesOf(child(action, 'inputs')).map(([name]) => name))
  for (const { tree } of stepsWith(directory, release)) {
    const inputs = child(tree, 'with')
    const source = release.source(tree.place.file)
    const gone = entriesOf(inputs)
      .map(([name, value]) => [name, textOf(value) ?? ''] as const)
      .filter(([name, value]) => !declared.has(name) && /\bsecrets\b/.test(value))
      .flatMap(([name, value]) => (isGitHub(value) ? [] : [name]))
    if (inputs === undefined || source === undefined || gone.length === 0) continue
    const edits = isEmptiedBy(inputs, gone)
      ? removeKeys(source, tree, ['with'])
      : removeKeys(source, inputs, gone)
    if (edits === undefined) continue
    const sentence = `${source.file} no longer passes ${gone.join(', ')} to ./${directory}.`
    yield { place: inputs.place, sentence, edits }
  }
}

function stepsWith(directory: string, { pipeline }: Release): readonly JobStep[] {
  return [...pipeline.jobs, ...pipeline.otherJobs]
    .flatMap(({ steps }) => steps)
    .filter(({ action }) => action?.name.replace(/\/+$/, '') === `./${directory}`)
}
