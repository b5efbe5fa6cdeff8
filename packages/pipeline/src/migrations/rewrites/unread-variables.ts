import type { Edit, SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, entriesOf, type Tree, textOf } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'
import { stepsOfFile } from './consumers.ts'

/** Variables that only handed a token to a client that uploads no more. */
export const unreadVariables: Rewrite = {
  id: 'unread-variables',
  title: 'Takes tokens for PyPI out of variables that no command reads any more.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'github') return
    const uploads = uploadsOf(release).filter(
      ({ step, credentials }) => step.ecosystem === 'pypi' && credentials === 'trusted',
    )
    for (const level of uploads.flatMap((upload) => levelsOf(upload, release))) {
      const source = release.source(level.tree.place.file)
      const gone = source === undefined ? [] : unreadIn(level, source, release)
      const edits = source && gone.length > 0 ? without(source, level.tree, gone) : undefined
      if (edits === undefined) continue
      const sentence = `${gone.join(' and ')} ${gone.length > 1 ? 'are' : 'is'} gone from ${level.what}: nothing reads ${gone.length > 1 ? 'them' : 'it'} any more.`
      yield { place: child(level.tree, 'env')?.place ?? level.tree.place, sentence, edits }
    }
  },
}

/** Something with an `env:`, and the steps that see it. */
interface Level {
  readonly tree: Tree
  readonly what: string
  readonly steps: readonly JobStep[]
}

function levelsOf({ job }: TrustedUpload, release: Release): readonly Level[] {
  return [
    ...job.steps.map((step) => ({ tree: step.tree, what: 'the step', steps: [step] })),
    { tree: job.source.written, what: `job "${job.id}"`, steps: job.steps },
    { tree: job.source.workflow, what: 'the workflow', steps: stepsOfFile(job.file, release) },
  ]
}

/** What clients of Python take from the environment to upload: tokens, names, indexes. */
const UPLOADS =
  /^(?:POETRY_(?:PYPI_TOKEN|HTTP_BASIC|REPOSITORIES)_|FLIT_(?:USERNAME|PASSWORD|INDEX_URL)|HATCH_INDEX_|PDM_PUBLISH_|MATURIN_(?:PYPI_TOKEN|USERNAME|PASSWORD|REPOSITORY)|TWINE_|UV_PUBLISH_)/

function unreadIn(
  { tree, steps }: Level,
  { text }: SourceFile,
  release: Release,
): readonly string[] {
  const entries = entriesOf(child(tree, 'env'))
  const isToken = ([name, value]: (typeof entries)[number]): boolean =>
    /\bsecrets\b/.test(textOf(value) ?? '') &&
    (UPLOADS.test(name) || /pypi/i.test(`${name} ${textOf(value)}`))
  if (!entries.some(isToken) || steps.some(isOpaque)) return []
  const publishing = release.pipeline.jobs
    .flatMap(({ publishes }) => publishes)
    .filter(
      ({ within, ecosystem }) => ecosystem === 'pypi' && steps.some((one) => one.tree === within),
    )
  const hasClient = publishing.some(
    ({ action }) => action === undefined || /maturin/.test(action.name),
  )
  const isUsed = (name: string): boolean =>
    isNamed(text, name) ||
    publishing.some(({ storedSecrets }) => storedSecrets.some(({ as }) => as === name))
  const tokens = entries.filter((entry) => isToken(entry) && !isUsed(entry[0]))
  if (tokens.length === 0) return []
  // A name and an address mean something to a client that still uploads.
  const beside = entries.filter(([name]) => UPLOADS.test(name) && !hasClient && !isUsed(name))
  return entries.filter((one) => tokens.includes(one) || beside.includes(one)).map(([name]) => name)
}

/** Tells whether anything but the key that sets it names a variable. */
function isNamed(text: string, variable: string): boolean {
  const elsewhere = text
    .replace(/^\s*#.*$|\bsecrets\.\w+/gm, '')
    .replace(new RegExp(`\\b${variable}["']?[ \\t]*:(?=\\s)`, 'g'), '')
  return new RegExp(`\\b${variable}\\b`).test(elsewhere)
}

const RUNNERS = /^(?:make|just|task|tox|nox|invoke|inv|poe|ant|docker|\S*\.(?:sh|bash|py))$/

/** Tells whether a step runs something that is not read, or that reads its environment for itself. */
function isOpaque({ commands, action }: JobStep): boolean {
  if (action !== undefined && action.name !== 'pypa/gh-action-pypi-publish') {
    return /pypi|publish|release|twine|poetry|^\.\//.test(action.name)
  }
  return commands.some(({ words: [program = '', first = ''] }) => {
    const script = program === 'python' && first !== 'setup.py' ? first : program
    return RUNNERS.test(script)
  })
}

function without(
  source: SourceFile,
  tree: Tree,
  names: readonly string[],
): readonly Edit[] | undefined {
  const env = child(tree, 'env')
  if (env === undefined) return undefined
  return isEmptiedBy(env, names)
    ? removeKeys(source, tree, ['env'])
    : removeKeys(source, env, names)
}
