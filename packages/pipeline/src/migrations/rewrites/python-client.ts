import { type Edit, lineBreak, lineStart, type SourceFile } from '../../edits/edit.ts'
import { insertItem, isEmptiedBy, isFlow, removeKeys } from '../../edits/yaml-edits.ts'
import type { ClientId, PublishStep } from '../../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import { usesFor } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, withoutCommand } from './command-edit.ts'

/** How the distributions are made without the client; undefined if its publish only uploads. */
const BUILDS: Partial<Readonly<Record<ClientId, (step: PublishStep) => string | undefined>>> = {
  poetry: ({ text }) => (/--build\b/.test(text) ? 'poetry build' : undefined),
  flit: () => 'flit build',
  pdm: ({ text }) => (/--no-build\b/.test(text) ? undefined : 'pdm build'),
  hatch: () => undefined,
  rye: () => undefined,
  'setup.py': () => 'pipx run build',
  maturin: ({ text }) => (/\bmaturin\s+publish\b/.test(text) ? maturinBuild(text) : undefined),
}

/** gh-action-pypi-publish, or twine where that cannot run, in the place of clients without trusted publishing. */
export const pythonClient: Rewrite = {
  id: 'python-client',
  title:
    'Uploads with gh-action-pypi-publish in the place of poetry, flit, hatch, pdm, rye, maturin and setup.py, which only build then.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.client in BUILDS && upload.step.action === undefined)
        yield* replaced(upload, release)
    }
  },
}

function* replaced(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step, job } = upload
  const build = BUILDS[step.client]?.(step)
  const isAction = release.pipeline.provider === 'github' && actionRunsIn(upload)
  const edits = isAction ? byAction(upload, build, release) : byTwine(upload, build, release)
  const place = step.place
  if (edits === undefined) {
    const sentence = `\`${step.text}\` stays: ${step.client} cannot exchange ID tokens, and where it stands it cannot be replaced here. Let it build, and upload with pypa/gh-action-pypi-publish, \`uv publish --trusted-publishing always\`, or twine 6.1.`
    yield { place, sentence }
    return
  }
  const uploader = isAction ? 'pypa/gh-action-pypi-publish' : 'twine'
  const does = build === undefined ? '' : `\`${build}\` builds, and `
  yield {
    place,
    sentence: `${does}${uploader} uploads in job "${job.id}": ${step.client} cannot exchange ID tokens.`,
    edits,
  }
}

/** The action is a container: on Linux, in a step of a job of its own. */
export function actionRunsIn({ job, step }: TrustedUpload): boolean {
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : ['']))
  const traced = job.steps.find(({ tree }) => tree === step.within)
  return (
    labels.every((label) => /^ubuntu-/.test(label)) &&
    job.image === undefined &&
    traced?.inAction === undefined
  )
}

function byAction(
  upload: TrustedUpload,
  build: string | undefined,
  release: Release,
): readonly Edit[] | undefined {
  const { step, job } = upload
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const traced = job.steps.find(({ tree }) => tree === step.within)
  if (source === undefined || list === undefined || traced === undefined) return undefined
  const isDirect = !traced.commands.some(({ text, nested }) => nested && text === step.text)
  if (!isDirect) return undefined
  const before = build === undefined ? undefined : commandEdit(upload, build, release)
  if (build !== undefined && before === undefined) return undefined
  const lines = actionLines(step, job.source.workflow)
  if (build === undefined && traced.commands.length === 1) {
    return replaceItem(source, list, step.within, lines)
  }
  const removed = before ?? withoutCommand(traced, step.text, job.source, release)
  const next = itemsOf(list)[itemsOf(list).indexOf(step.within) + 1]
  const added = insertItem(source, list, lines, next)
  return removed && added && [...removed, added, ...withoutTokens(source, step.within)]
}

/** What the publish took from the environment means nothing to a build. */
const TOKENS =
  /^(?:POETRY_(?:PYPI_TOKEN|HTTP_BASIC)_|FLIT_|HATCH_INDEX_|PDM_PUBLISH_|MATURIN_(?:PYPI_TOKEN|USERNAME|PASSWORD)|TWINE_|PYPI_)/

function withoutTokens(source: SourceFile, step: Tree): readonly Edit[] {
  const env = child(step, 'env')
  const names = entriesOf(env)
    .map(([name]) => name)
    .filter((name) => TOKENS.test(name))
  if (env === undefined || names.length === 0) return []
  const edits = isEmptiedBy(env, names)
    ? removeKeys(source, step, ['env'])
    : removeKeys(source, env, names)
  return edits ?? []
}

/** The step that uploads, with what the old one said of place, index and, unless another is given, condition. */
export function actionLines(
  step: PublishStep,
  workflow: Tree,
  condition: string | undefined = textOf(child(step.within, 'if')),
): readonly string[] {
  const folder = folderOf(step)
  const inputs = [
    ...(folder === 'dist' ? [] : [`packages-dir: ${folder}`]),
    ...(step.registry === undefined ? [] : [`repository-url: ${step.registry}`]),
    ...(/--skip-existing\b/.test(step.text) ? ['skip-existing: true'] : []),
  ]
  return [
    `- uses: ${usesFor('pypa/gh-action-pypi-publish', 'release/v1', workflow)}`,
    ...(condition === undefined ? [] : [`  if: ${condition}`]),
    ...(inputs.length === 0 ? [] : ['  with:', ...inputs.map((line) => `    ${line}`)]),
  ]
}

function folderOf({ client, directory, args }: PublishStep): string {
  const named = args.find(
    (arg) => !arg.startsWith('-') && arg.includes('/') && !arg.includes('://'),
  )
  const ofClient = client === 'maturin' ? 'target/wheels' : 'dist'
  const folder = named === undefined ? ofClient : named.replace(/\/[^/]*$/, '')
  return directory === '.' ? folder : `${directory}/${folder}`
}

/** One item in the place of another, at the same indentation. */
export function replaceItem(
  source: SourceFile,
  list: Tree,
  item: Tree,
  lines: readonly string[],
): readonly Edit[] | undefined {
  const { span } = item
  if (span === undefined || isFlow(source, list)) return undefined
  const { file, text } = source
  const start = lineStart(text, span.start)
  const dash = /^([ \t]*)- +$/.exec(text.slice(start, span.start))?.[1]
  if (dash === undefined) return undefined
  let end = span.end
  while (end > span.start && /\s/.test(text[end - 1] ?? '')) end--
  const written = lines.map((line) => dash + line).join(lineBreak(text))
  return [{ file, start, end, text: written }]
}

function byTwine(
  upload: TrustedUpload,
  build: string | undefined,
  release: Release,
): readonly Edit[] | undefined {
  const { step } = upload
  const index = step.registry === undefined ? '' : ` --repository-url ${step.registry}`
  // Images of Python, in which jobs at GitLab run, have no pipx.
  const program =
    release.pipeline.provider === 'gitlab' ? "pip install 'twine>=6.1' && twine" : 'pipx run twine'
  const twine = `${program} upload${index} ${folderOf({ ...step, directory: '.' })}/*`
  const text = build === undefined ? twine : `${build} && ${twine}`
  return commandEdit(upload, text, release)
}

function maturinBuild(text: string): string {
  const flags = text.replace(/^.*?\bmaturin\s+publish\b/, '')
  const kept = flags.replace(
    /\s+(?:--skip-existing|--no-sdist|--non-interactive|-u|--username|-p|--password|-r|--repository|--repository-url)(?:[= ](?:"[^"]*"|'[^']*'|\$\{\{[^}]*\}\}|[^-\s]\S*))?/g,
    '',
  )
  const sdist = /--no-sdist/.test(flags) ? '' : ' --sdist'
  return `maturin build --release${sdist}${kept}`
}
