import { sharingIdToken } from '../../checks/gitlab-one-exchange.ts'
import type { Edit } from '../../edits/edit.ts'
import { insertItem } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import type { PublishStep } from '../../model.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, itemsOf, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, scriptOf, withoutCommand } from './command-edit.ts'
import { knownUploads } from './known.ts'
import { withLeave } from './permission.ts'
import { buildOf } from './python-builds.ts'
import { endsScript } from './shell-lines.ts'
import {
  asItem,
  asStep,
  conditionLines,
  filesOf,
  folderOfRows,
  isPypi,
  uploadLines,
} from './upload-step.ts'

/** gh-action-pypi-publish, or twine where that cannot run, in the place of clients without trusted publishing. */
export const pythonClient: Rewrite = {
  id: 'python-client',
  title:
    'Uploads with gh-action-pypi-publish, or with twine where that cannot run, in the place of poetry, flit, hatch, rye, setup.py and old releases of pdm and maturin, which only build then.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      if (sharingIdToken(upload, release).length > 0) continue
      if (upload.step.action === undefined && !exchanges(upload, release))
        yield* withLeave(upload, release, replaced(upload, release))
    }
  },
}

const EXCHANGING: ReadonlySet<string> = new Set(['twine', 'uv', 'pdm', 'maturin'])

/** pdm exchanges ID tokens since 2.6, maturin since 0.15 and those of GitHub only (their sources). */
function exchanges({ step }: TrustedUpload, { pipeline }: Release): boolean {
  const { client, ecosystem, incapable } = step
  if (ecosystem === 'npm' || client === 'python-semantic-release') return true
  if (client === 'twine') return !isOfOldPython(step)
  if (client === 'maturin' && pipeline.provider !== 'github') return false
  return EXCHANGING.has(client) && incapable === undefined
}

/** A twine that no version would help, since the Python gets none that can. */
export function isOfOldPython({ client, incapable }: PublishStep): boolean {
  return client === 'twine' && incapable?.startsWith('Python ') === true
}

function* replaced(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step, job } = upload
  const { place, client, text } = step
  const others = release.pipeline.jobs.flatMap(({ publishes }) => publishes)
  const other = others.find(
    (one) => one.within === step.within && one.text === text && one.registry !== step.registry,
  )
  if (other !== undefined) {
    const [here, there] = [step, other]
      .map(({ registry }) => registry ?? 'https://upload.pypi.org/legacy/')
      .toSorted()
    const sentence = `\`${text}\` stays: ${client} cannot exchange ID tokens, and the step uploads to ${here} for one of its callers and to ${there} for another. Upload with pypa/gh-action-pypi-publish, with \`repository-url\` from an input.`
    yield { place, sentence }
    return
  }
  const build = isBuilt(upload, buildOf(step)) ? '' : buildOf(step)
  const byAction = build === undefined ? undefined : withAction(upload, build, release)
  const edits = byAction ?? (build === undefined ? undefined : withTwine(upload, build, release))
  if (edits === undefined) {
    const why = isOfOldPython(step) ? step.incapable : undefined
    const sentence = why
      ? `\`${text}\` keeps its token: ${why}`
      : `\`${text}\` stays: ${client} cannot exchange ID tokens, and where it stands it cannot be replaced here. Let it build, and upload with pypa/gh-action-pypi-publish, \`uv publish --trusted-publishing always\`, or twine 6.1.`
    yield { place, sentence }
    return
  }
  const uploader = byAction === undefined ? 'twine' : 'pypa/gh-action-pypi-publish'
  const does = build === '' ? '' : `\`${build}\` builds, and `
  const version = step.clientVersion === undefined ? '' : ` ${step.clientVersion.written}`
  const which = isOfOldPython(step)
    ? `the twine of an old Python`
    : EXCHANGING.has(client)
      ? `${client}${version}`
      : client
  yield {
    place,
    sentence: `${does}${uploader} uploads in job "${job.id}": ${which} cannot exchange ID tokens.`,
    edits,
  }
}

/** Tells whether an earlier step of the job makes what the publish would make again. */
function isBuilt({ job, step }: TrustedUpload, build: string | undefined): boolean {
  const at = job.steps.findIndex(({ tree }) => tree === step.within)
  return job.steps
    .slice(0, Math.max(0, at))
    .some(({ commands, condition }) =>
      commands.some(
        (one) => condition === undefined && one.text === build && one.directory === step.directory,
      ),
    )
}

/** The action is a container: on Linux, in a step of a job of its own. */
export function actionRunsIn({ job, step }: TrustedUpload): boolean {
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : ['']))
  return (
    labels.every((label) => /^ubuntu-/.test(label)) &&
    job.image === undefined &&
    job.steps.find(({ tree }) => tree === step.within)?.inAction === undefined
  )
}

/** Undefined where the action cannot run, or not at the moment at which the command does. */
function withAction(
  upload: TrustedUpload,
  build: string,
  release: Release,
): readonly Edit[] | undefined {
  const { step, job } = upload
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const traced = job.steps.find(({ tree }) => tree === step.within)
  if (release.pipeline.provider !== 'github' || !actionRunsIn(upload)) return undefined
  if (source === undefined || list === undefined || traced === undefined) return undefined
  if (!endsScript(textOf(scriptOf(step.within)) ?? '', step.text)) return undefined
  const rows = folderOfRows(upload)
  // What differs from row to row in another way has no one folder.
  const isOne = job.publishes.every(
    ({ within, directory }) => within !== step.within || directory === step.directory,
  )
  if (rows === undefined && !isOne) return undefined
  const lines = uploadLines(step, job.source.workflow, rows)
  if (build === '' && doesNothingElse(traced, step.text)) {
    return asStep(source, list, step.within, lines)
  }
  const before =
    build === ''
      ? withoutCommand(traced, step.text, job.source, release)
      : commandEdit(upload, build, release)
  const [uses = '', ...inputs] = lines
  const next = itemsOf(list)[itemsOf(list).indexOf(step.within) + 1]
  const added = [uses, ...conditionLines(source, step.within), ...inputs]
  const inserted = insertItem(source, list, asItem(added), next)
  return before && inserted && [...before, inserted]
}

/** Commands that mean nothing once what they prepare for is gone. */
const PREPARES = /^(?:cd|pushd|set|export)\b/

function doesNothingElse({ commands }: JobStep, text: string): boolean {
  return commands.every((command) => command.text === text || PREPARES.test(command.text))
}

function withTwine(
  upload: TrustedUpload,
  build: string,
  release: Release,
): readonly Edit[] | undefined {
  const { step } = upload
  if (isOfOldPython(step) && release.pipeline.provider === 'gitlab') return undefined
  const index = isPypi(step.registry) ? '' : ` --repository-url ${step.registry}`
  const skip = /\s--skip-existing\b/.test(step.text) ? ' --skip-existing' : ''
  const twine = `${twineIn(upload, release)} upload${index}${skip} ${filesOf(step)}`
  return commandEdit(upload, build === '' ? twine : `${build} && ${twine}`, release)
}

/** Runners of GitHub have pipx; images of Python, and runners of one's own, have pip at best. */
function twineIn({ job }: TrustedUpload, { pipeline }: Release): string {
  if (pipeline.provider === 'gitlab') return "pip install 'twine>=6.1' && twine"
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : ['']))
  const isHosted = labels.every((label) => /^(?:ubuntu|macos|windows)-/.test(label))
  return isHosted && job.image === undefined
    ? 'pipx run twine'
    : "python -m pip install 'twine>=6.1' && python -m twine"
}
