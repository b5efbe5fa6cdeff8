import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertItem, replaceText } from '../../edits/yaml-edits.ts'
import { isExpression } from '../../github/expressions.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'
import { withLeave } from './permission.ts'
import { maturinFlags } from './python-builds.ts'
import { actionRunsIn } from './python-client.ts'
import { runsMaturinInContainer } from './ready.ts'
import { asItem, asStep, conditionLines, uploadLines } from './upload-step.ts'

type Inputs = ReadonlyMap<string, string>

/** Actions around twine, poetry and maturin. */
export const pythonWrappers: Rewrite = {
  id: 'python-wrappers',
  title:
    'Uploads with gh-action-pypi-publish in the place of actions that cannot exchange ID tokens: deploy-pypi, poetry-publish, maturin-action where it publishes in a container.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      const name = upload.step.action?.name ?? ''
      const outcomes =
        name in WRAPPERS
          ? unwrapped(upload, name, release)
          : /^(?:pyo3|messense)\/maturin-action$/.test(name)
            ? ofMaturin(upload, release)
            : []
      yield* withLeave(upload, release, outcomes)
    }
  },
}

/** How each makes what it uploads: lines of a step without its dash; none if it only uploads; undefined if it does more. */
const WRAPPERS: Readonly<Record<string, (inputs: Inputs) => readonly string[] | undefined>> = {
  'casperdcl/deploy-pypi': deployBuild,
  'jrubics/poetry-publish': poetryBuild,
}

/** github.com/casperdcl/deploy-pypi, action.yml: `true` stands for the usual arguments. */
function deployBuild(inputs: Inputs): readonly string[] | undefined {
  const input = (name: string): string => inputs.get(name) ?? 'false'
  const folder = inputs.get('dist_dir') ?? 'dist'
  const [pip, build, setup] = [input('pip'), input('build'), input('setup')]
  if ([pip, build, setup, folder].some(isExpression) || inputs.has('gpg_key')) return undefined
  const needs = inputs.get('requirements') ?? (setup === 'false' ? '' : 'wheel')
  const isSetup = /^(?:build|[bs]dist|clean)/.test(build)
  const out = folder === 'dist' ? '' : ` -o ${folder}`
  const commands = [
    needs === '' ? 'false' : `python -m pip install ${needs}`,
    pip === 'true' ? `python -m pip wheel -w ${folder} --no-deps .` : pip && `python -m pip ${pip}`,
    build === 'true'
      ? `pipx run build${out}`
      : `${isSetup ? 'python setup.py' : 'pipx run build'} ${build}`,
    setup === 'true'
      ? `python setup.py sdist -d ${folder} bdist_wheel -d ${folder}`
      : `python setup.py ${setup}`,
  ].filter((command) => !/\bfalse$/.test(command))
  const makes = [pip, build, setup].some((one) => one !== 'false')
  if (!makes || commands.length === 0) return []
  return commands.length === 1
    ? [`run: ${commands[0]}`]
    : ['run: |', ...commands.map((command) => `  ${command}`)]
}

/** github.com/JRubics/poetry-publish, entrypoint.sh. */
function poetryBuild(inputs: Inputs): readonly string[] | undefined {
  if (inputs.has('plugins') || inputs.has('extra_build_dependency_packages')) return undefined
  const version = inputs.get('poetry_version') ?? ''
  const format = inputs.get('build_format') ?? ''
  const directory = inputs.get('package_directory') ?? '.'
  const poetry = /^==[\w.]+$/.test(version) ? `poetry${version}` : 'poetry'
  return [
    `run: pipx run ${poetry} build${format === '' ? '' : ` --format ${format}`}`,
    ...(/^(?:\.\/?)?$/.test(directory) ? [] : [`working-directory: ${directory}`]),
  ]
}

function* unwrapped(upload: TrustedUpload, name: string, release: Release): Iterable<Outcome> {
  const { step, job } = upload
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const build = WRAPPERS[name]?.(inputsOf(step.within))
  const isPossible = actionRunsIn(upload) && !isAsked(step.within, source)
  const edits =
    source && list && build && isPossible ? uploading(source, list, upload, build) : undefined
  yield edits === undefined
    ? {
        place: step.place,
        sentence: `Replace ${name} by hand: build with a command of your own, and upload with pypa/gh-action-pypi-publish, which exchanges an ID token.`,
      }
    : {
        place: step.place,
        sentence: `pypa/gh-action-pypi-publish in the place of ${name}, which takes a token.`,
        edits,
      }
}

function inputsOf(step: Tree): Inputs {
  return new Map(
    entriesOf(child(step, 'with')).map(([key, value]) => [key, textOf(value)?.trim() ?? '']),
  )
}

/** Tells whether another step asks for an output of a step. */
function isAsked(step: Tree, source: SourceFile | undefined): boolean {
  const id = textOf(child(step, 'id'))
  return id !== undefined && source?.text.includes(`steps.${id}.outputs`) === true
}

function uploading(
  source: SourceFile,
  list: Tree,
  { step, job }: TrustedUpload,
  build: readonly string[],
): readonly Edit[] | undefined {
  const { within } = step
  const condition = conditionLines(source, within)
  const inserted =
    build.length === 0 ? [] : [insertItem(source, list, asItem([...build, ...condition]), within)]
  const uploads = inputsOf(within).get('upload') ?? ''
  const own = textOf(child(within, 'if'))
  // Its input for whether to upload at all.
  const isOptional = isExpression(uploads)
  if (isOptional && own !== undefined) return undefined
  const [uses = '', ...inputs] = uploadLines(step, job.source.workflow)
  const lines = [uses, ...(isOptional ? [`if: ${uploads}`] : []), ...inputs]
  const edits = asStep(source, list, within, lines)
  const written = inserted.flatMap((edit) => edit ?? [])
  return edits && written.length === inserted.length ? [...written, ...edits] : undefined
}

function* ofMaturin(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step, job } = upload
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const isUpload = textOf(child(step.within, 'with', 'command')) === 'upload'
  if (step.incapable === undefined && (isUpload || !runsMaturinInContainer(upload))) return
  const lines = uploadLines(step, job.source.workflow)
  const edits =
    source === undefined || list === undefined || !actionRunsIn(upload)
      ? undefined
      : isUpload
        ? asStep(source, list, step.within, lines)
        : building(source, list, upload)
  const why =
    step.incapable === undefined
      ? 'maturin-action publishes in a container, which may not be handed what it takes to ask for an ID token'
      : 'this release of maturin cannot exchange ID tokens'
  yield edits === undefined
    ? {
        place: step.place,
        sentence: `Let maturin build here (\`command: build\`), and upload with pypa/gh-action-pypi-publish in a job on Linux, by hand: ${why}.`,
      }
    : {
        place: step.place,
        sentence: `pypa/gh-action-pypi-publish uploads in job "${job.id}": ${why}.`,
        edits,
      }
}

/** `maturin publish` as a build with its flags, and an upload behind it. */
function building(
  source: SourceFile,
  list: Tree,
  { step, job }: TrustedUpload,
): readonly Edit[] | undefined {
  const { within } = step
  const command = child(within, 'with', 'command')
  const args = child(within, 'with', 'args')
  const written = textOf(args)
  if (command === undefined || args === undefined || written === undefined) return undefined
  const hasFolder = /(?<!\S)(?:-o|--out)\b/.test(written)
  const flags = maturinFlags(written) + (hasFolder ? '' : ' --out dist')
  const lines = uploadLines(step, job.source.workflow, hasFolder ? undefined : 'dist')
  const [uses = '', ...inputs] = lines
  const next = itemsOf(list)[itemsOf(list).indexOf(within) + 1]
  const edits = [
    replaceText(source, command, 'build'),
    replaceText(source, args, flags),
    insertItem(source, list, asItem([uses, ...conditionLines(source, within), ...inputs]), next),
  ].flatMap((edit) => edit ?? [])
  return edits.length === 3 ? edits : undefined
}
