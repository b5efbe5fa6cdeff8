import type { JobStep, ScriptCommand } from '../job.ts'
import type { PublishStep } from '../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { valuedFlags } from '../steps/commands.ts'
import { parseOptions } from '../steps/options.ts'
import { child } from '../yaml/tree.ts'
import { added } from './added.ts'
import { type Landing, landingOf, OTHER_FILE, reaches } from './artifact-landing.ts'
import { fetchedBy, folderOf, isWithin, jobsUntil, keptBy, onlyHarmless } from './artifacts.ts'
import type { Check, Found } from './check.ts'
import { stepsBefore } from './step-of.ts'

/** F28, F39: an artifact that lands where nobody looks for it. */
export const artifactPath: Check = {
  id: 'artifact-path',
  title: 'distributions that are downloaded to another folder than the one that is uploaded',
  failures: ['F28', 'F39'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) {
      const found = misplaced(upload, release) ?? wiped(upload) ?? mixed(upload, release)
      if (found !== undefined) yield found
    }
  },
}

function misplaced(upload: TrustedUpload, release: Release): Found | undefined {
  const { job, step } = upload
  const folder = uploadedFolder(step)
  const before = stepsBefore(job, step)
  const downloads = fetchedBy({ ...job, steps: before })
  const [download] = downloads
  if (folder === undefined || folder === '.' || download === undefined) return undefined
  if (downloads.some(({ condition }) => condition !== undefined)) return undefined
  const landings = downloads.map((one) => landingOf(one, job, release))
  if (!putsNothing(before) || landings.some((one) => one === undefined || reaches(one, folder))) {
    return undefined
  }
  const [landing] = landings
  if (landing?.base === folder && !landing.nested) return deeper(upload, download, folder)
  const nested = landing?.nested === true
  const there = landing?.base === folder
  const lines = [
    ...(there ? [] : [`path: ${folder}/`]),
    ...(nested ? ['merge-multiple: true'] : []),
  ]
  const words = said(step, there, folder)
  return {
    place: download.place,
    message: there
      ? `Each artifact is unpacked into a folder of its own within ${folder}/, and \`${step.text}\` finds no distributions in ${folder}/ itself, but folders: "${words}".`
      : `The artifact is unpacked into ${placeName(landing)}, and \`${step.text}\` looks into ${folder}/, where nothing is: "${words}".`,
    fix: `Add \`${lines.join('` and `')}\` to the download.`,
    ...added(release, child(download.tree, 'with'), lines),
  }
}

/** Nothing but downloads puts files anywhere. */
function putsNothing(steps: readonly JobStep[]): boolean {
  const quiet = steps.every(
    ({ commands, tree }) =>
      commands.every(leavesFiles) && (commands.length > 0 || child(tree, 'run') === undefined),
  )
  return quiet && onlyHarmless({ steps }) && !steps.some(({ action }) => builds(action))
}

/** Of an artifact that is made of several paths the folder that they have in common is left out, and no other. */
function deeper({ step }: TrustedUpload, { place }: JobStep, folder: string): Found {
  return {
    place,
    message: `The artifact is made of several paths and keeps their folders, so that the distributions are unpacked into a folder within ${folder}/, and \`${step.text}\` finds that in their place: "${said(step, true, folder)}".`,
    fix: `Keep the distributions in an artifact of their own (\`path: ${folder}/\`).`,
  }
}

/** A checkout empties the workspace first, or takes out what git does not know. */
function wiped({ job, step }: TrustedUpload): Found | undefined {
  const folder = uploadedFolder(step)
  const before = stepsBefore(job, step)
  const last = before.findLastIndex(({ action }) => action?.name === 'actions/download-artifact')
  const base = folderOf(before[last]?.inputs.get('path') ?? '')
  if (folder === undefined || base === undefined || !(folder === base || isWithin(folder, base)))
    return undefined
  const after = before.slice(last + 1)
  const checkout = after.find(
    ({ action, inputs, condition }) =>
      action?.name === 'actions/checkout' &&
      condition === undefined &&
      folderOf(inputs.get('path') ?? '') === '.' &&
      inputs.get('clean') !== 'false',
  )
  if (last < 0 || checkout === undefined || !putsNothing(after)) return undefined
  return {
    place: checkout.place,
    message: `actions/checkout empties the workspace, and with it ${folder}/ into which the artifact was unpacked before: \`${step.text}\` finds nothing there, "${said(step, false, folder)}".`,
    fix: 'Check out before the download, or not at all.',
  }
}

/** twine takes every file of the folder for a distribution. */
function mixed({ job, step }: TrustedUpload, release: Release): Found | undefined {
  const folder = uploadedFolder(step)
  if (step.client !== 'twine' || step.action === undefined || folder === undefined) return undefined
  const before = stepsBefore(job, step)
  const merged = fetchedBy({ ...job, steps: before }).find(
    ({ inputs, condition }) =>
      condition === undefined &&
      ['name', 'pattern', 'artifact-ids'].every((input) => !inputs.has(input)) &&
      inputs.get('merge-multiple') === 'true' &&
      folderOf(inputs.get('path') ?? '') === folder,
  )
  const ended = jobsUntil(release, job).filter((one) => one !== job)
  const other = keptBy(ended).find(
    ({ step: kept }) =>
      kept.condition === undefined && OTHER_FILE.test(kept.inputs.get('path') ?? ''),
  )
  if (merged === undefined || other === undefined || !putsNothing(before)) return undefined
  return {
    place: merged.place,
    message: `All artifacts of the run are unpacked into ${folder}/, "${other.name}" of job "${other.job.id}" too, which holds no distribution: "InvalidDistribution: Unknown distribution format".`,
    fix: 'Download the artifacts with the distributions only, by `name` or `pattern`.',
  }
}

/** What the client says of a folder that is there, with other things in it, or not. */
function said({ client }: PublishStep, there: boolean, folder: string): string {
  if (client === 'uv') return 'No files found to publish'
  return there
    ? 'InvalidDistribution: Unknown distribution format'
    : `Cannot find file (or expand pattern): '${folder}/*'`
}

function placeName(landing: Landing | undefined): string {
  const base = landing?.base ?? '.'
  return base === '.' ? 'the checkout itself' : `${base}/`
}

/** `dist` of `dist/*`, and of `dist/*.whl dist/*.tar.gz`. */
function uploadedFolder({ client, args, directory, action, ecosystem }: PublishStep) {
  if (ecosystem !== 'pypi' || directory !== '.') return undefined
  if (client !== 'uv' && client !== 'twine') return undefined
  const { rest } = parseOptions(args, valuedFlags(client))
  const files = rest.length > 0 || action !== undefined ? rest : client === 'uv' ? ['dist/*'] : []
  const folders = files.map((file) => {
    const folder = /^(.+)\/\*(?:\.\w+)*$/.exec(file)?.[1]
    return folder === undefined ? undefined : folderOf(folder)
  })
  return new Set(folders).size === 1 ? folders[0] : undefined
}

const INSTALLS =
  /^(?:(?:python3? -m )?pip3?|pipx|uv(?: pip| tool| python)?) (?:install|list|freeze|show)\b/

/** Commands that move no distributions. */
function leavesFiles({ words }: ScriptCommand): boolean {
  const text = words.join(' ')
  return (
    /^(?:ls|tree|echo|cat|pwd|set|export|find \S+ -(?:type|name)[^|]*$|twine (?:check|--version)|(?:python3? -m )?twine check|gh)\b/.test(
      text,
    ) || INSTALLS.test(text)
  )
}

function builds(action: JobStep['action']): boolean {
  return /^(?:pypa\/cibuildwheel|pyo3\/maturin-action)$/.test(action?.name ?? '')
}
