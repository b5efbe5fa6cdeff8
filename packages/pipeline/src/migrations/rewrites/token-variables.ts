import type { Edit, SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys, replaceText } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import type { StoredSecret } from '../../model.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { otherConsumer, stepsOfFile } from './consumers.ts'
import { insisting, STAND_IN } from './gitlab-stand-in.ts'
import { readyUploads } from './ready.ts'

/** Variables that go with a token and mean nothing without it. */
const COMPANIONS: readonly string[] = [
  'TWINE_USERNAME',
  'UV_PUBLISH_USERNAME',
  'MATURIN_USERNAME',
  'FLIT_USERNAME',
  'HATCH_INDEX_USER',
  'PDM_PUBLISH_USERNAME',
]

/** Stored tokens that a step sees as environment variables. */
export const tokenVariables: Rewrite = {
  id: 'token-variables',
  title: 'Takes stored tokens out of environment variables, where publishing was their only use.',
  *rewrite(release) {
    const touched = new Set<Tree>()
    for (const upload of readyUploads(release)) {
      for (const secret of upload.step.storedSecrets) {
        if (secret.by === 'variable' && secret.as !== undefined) {
          yield* removed(secret, secret.as, upload, release, touched)
        }
      }
    }
  },
}

function* removed(
  secret: StoredSecret,
  variable: string,
  upload: TrustedUpload,
  release: Release,
  touched: Set<Tree>,
): Iterable<Outcome> {
  const owner = ownerOf(secret, upload)
  const source = release.source(secret.place.file)
  if (owner === undefined || source === undefined) return
  if (insisting(upload) !== undefined && variable === 'NPM_TOKEN') {
    yield* standIn(insisting(upload) ?? '', owner, secret, source)
    return
  }
  const consumer = otherConsumer(variable, secret.name, owner.reaches(release), upload, release)
  if (consumer !== undefined) {
    const sentence = `${variable} keeps the secret ${secret.name}: ${consumer}.`
    yield { place: secret.place, sentence }
    return
  }
  const gone = entriesOf(owner.env)
    .map(([key]) => key)
    .filter((key) => key === variable || COMPANIONS.includes(key))
  // The second of a pair is found to be the last one in the next round, and the block goes with it.
  if (touched.has(owner.env)) return
  touched.add(owner.env)
  const edits = withoutVariables(source, owner, gone)
  if (edits === undefined) {
    const sentence = `Take ${variable} out by hand: the way its \`${owner.key}:\` is written is not edited here.`
    yield { place: secret.place, sentence }
    return
  }
  yield {
    place: secret.place,
    sentence: `${gone.join(' and ')} no longer hand${gone.length > 1 ? '' : 's'} the secret ${secret.name} to ${owner.what}.`,
    edits,
  }
}

/** Programs that end unless NPM_TOKEN is set, to whatever. */
function* standIn(
  program: string,
  { env }: Owner,
  { place, name, as: variable = '' }: StoredSecret,
  source: SourceFile,
): Iterable<Outcome> {
  const value = child(env, variable)
  const edit = value && replaceText(source, value, STAND_IN)
  if (edit === undefined) return
  const sentence = `${variable} holds the word "${STAND_IN}" in the place of the secret ${name}: ${program} wants it to be set, and npm exchanges an ID token all the same. Rehearse this release before you rely on it.`
  yield { place, sentence, edits: [edit] }
}

/** The map that sets a variable, with what it belongs to. */
interface Owner {
  readonly env: Tree
  readonly tree: Tree
  readonly key: 'env' | 'variables'
  /** For the sentence: "the step", "the job". */
  readonly what: string
  readonly reaches: (release: Release) => readonly JobStep[]
}

function ownerOf({ as, place }: StoredSecret, { job, step }: TrustedUpload): Owner | undefined {
  const ofStep = job.steps.filter(({ tree }) => tree === step.within)
  const { source } = job
  const levels: readonly Omit<Owner, 'env' | 'key'>[] = [
    { tree: step.within, what: 'the step', reaches: () => ofStep },
    { tree: source.written, what: `job "${job.id}"`, reaches: () => job.steps },
    {
      tree: source.workflow,
      what: 'the workflow',
      reaches: (release) => stepsOfFile(job.file, release),
    },
    ...setUpSteps(job.steps),
    ...templatesIn(source.workflow).map((template) => ({
      ...template,
      reaches: (release: Release) => stepsOfFile(job.file, release),
    })),
  ]
  for (const level of [...levels, ...earlierSteps(job.steps)]) {
    for (const key of ['env', 'variables'] as const) {
      const env = child(level.tree, key)
      const found = child(env, as ?? '')
      if (
        env !== undefined &&
        found?.place.line === place.line &&
        found.place.file === place.file
      ) {
        return { ...level, env, key }
      }
    }
  }
  return undefined
}

/** Jobs and hidden jobs of GitLab, whose variables others take over by `extends` or an anchor. */
function templatesIn(workflow: Tree): readonly { readonly tree: Tree; readonly what: string }[] {
  return entriesOf(workflow)
    .filter(([, tree]) => child(tree, 'variables') !== undefined)
    .map(([id, tree]) => ({ tree, what: `what extends "${id}"` }))
}

/** actions/setup-node exports the token that it is given to all steps after it. */
function setUpSteps(steps: readonly JobStep[]): readonly Omit<Owner, 'env' | 'key'>[] {
  return steps
    .filter(({ action }) => action?.name === 'actions/setup-node')
    .map(({ tree }) => ({ tree, what: 'the steps after setup-node', reaches: () => steps }))
}

/** A step that stored the token for the steps after it. */
function earlierSteps(steps: readonly JobStep[]): readonly Omit<Owner, 'env' | 'key'>[] {
  return steps.map((step) => ({ tree: step.tree, what: 'the step', reaches: () => [step] }))
}

function withoutVariables(
  source: SourceFile,
  { env, tree, key }: Owner,
  gone: readonly string[],
): readonly Edit[] | undefined {
  const uses = textOf(child(tree, key))
  if (uses !== undefined) return undefined
  return isEmptiedBy(env, gone) ? removeKeys(source, tree, [key]) : removeKeys(source, env, gone)
}
