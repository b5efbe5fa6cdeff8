import type { JobStep, ScriptCommand } from '../job.ts'
import type { PublishStep } from '../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { valuedFlags } from '../steps/commands.ts'
import { parseOptions } from '../steps/options.ts'
import { child } from '../yaml/tree.ts'
import { added } from './added.ts'
import {
  areKnown,
  fetchedBy,
  folderOf,
  isWithin,
  jobsOfRun,
  jobsUntil,
  keptBy,
  onlyHarmless,
} from './artifacts.ts'
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
  const said = step.client === 'uv' ? 'No files found to publish' : saidByTwine(there, folder)
  return {
    place: download.place,
    message: there
      ? `Each artifact is unpacked into a folder of its own within ${folder}/, and \`${step.text}\` finds no distributions in ${folder}/ itself, but folders: "${said}".`
      : `The artifact is unpacked into ${placeName(landing)}, and \`${step.text}\` looks into ${folder}/, where nothing is: "${said}".`,
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
    message: `The artifact is made of several paths and keeps their folders, so that the distributions are unpacked into a folder within ${folder}/, and \`${step.text}\` finds that in their place: "${step.client === 'uv' ? 'No files found to publish' : saidByTwine(true, folder)}".`,
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
    message: `actions/checkout empties the workspace, and with it ${folder}/ into which the artifact was unpacked before: \`${step.text}\` finds nothing there, "${step.client === 'uv' ? 'No files found to publish' : saidByTwine(false, folder)}".`,
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

/** One file that is certainly no distribution. */
const OTHER_FILE = /^[\w./-]*\.(?:txt|json|ya?ml|md|log|xml|html|sha256|csv)$/

function saidByTwine(there: boolean, folder: string): string {
  return there
    ? 'InvalidDistribution: Unknown distribution format'
    : `Cannot find file (or expand pattern): '${folder}/*'`
}

interface Landing {
  /** Where the download puts what it fetches. */
  readonly base: string
  /** Within that each artifact has a folder with its name. */
  readonly nested: boolean
  /** Names of the folders that artifacts have or hold; undefined where they cannot be told. */
  readonly folders: readonly string[] | undefined
  /** Whether every distribution is in a folder within the artifact. */
  readonly isDeep: boolean
}

function landingOf(download: JobStep, job: TrustedUpload['job'], release: Release) {
  const { inputs } = download
  const base = folderOf(inputs.get('path') ?? '')
  if (base === undefined || inputs.has('artifact-ids')) return undefined
  const nested = !inputs.has('name') && inputs.get('merge-multiple') !== 'true'
  const jobs = jobsOfRun(release, job)
  const kept = keptBy(jobs).filter(({ name }) => nested || name === inputs.get('name'))
  if (nested) {
    const names = kept.map(({ name }) => folderOf(name))
    const told = areKnown(jobs) && names.every((name) => name !== undefined)
    return {
      base,
      nested,
      isDeep: false,
      folders: told ? names.filter((name) => name !== undefined) : undefined,
    }
  }
  // The least common folder of what is kept is left out.
  const roots = kept.map(({ step }) =>
    folderOf((step.inputs.get('path') ?? '*').trim().replace(/\/\*[^/\n]*$/, '')),
  )
  const flat = roots.length > 0 && roots.every((root) => root !== undefined && root !== '.')
  const isDeep =
    kept.length > 0 && kept.every(({ step }) => keepsFolders(step.inputs.get('path') ?? ''))
  return { base, nested, isDeep, folders: flat ? [] : undefined }
}

/** Whether nothing that may be a distribution stands at the top of an artifact of several paths. */
function keepsFolders(path: string): boolean {
  const lines = path
    .split('\n')
    .map((line) => line.trim().replace(/^\.\//, ''))
    .filter((line) => line !== '')
  if (lines.length < 2 || lines.some((line) => /[!~$]|^\//.test(line))) return false
  const parts = lines.map((line) => {
    const fixed = line.replace(/[^/]*[*?[].*$/, '')
    const isFile = fixed === line && /\.\w+$/.test(line)
    const folder = (isFile ? fixed.replace(/[^/]*$/, '') : fixed).replace(/\/+$/, '')
    return {
      folder: folder === '' ? [] : folder.split('/'),
      isOther: isFile && OTHER_FILE.test(line),
    }
  })
  const [first] = parts
  const common =
    first?.folder.findIndex((name, at) => parts.some(({ folder }) => folder[at] !== name)) ?? 0
  const depth = common < 0 ? (first?.folder.length ?? 0) : common
  return parts.every(({ folder, isOther }) => isOther || folder.length > depth)
}

/** Whether files may be in a folder after a download. */
function reaches(landing: Landing | undefined, folder: string): boolean {
  if (landing === undefined) return true
  const { base, nested, folders, isDeep } = landing
  if (folder === base) return !nested && !isDeep
  if (!isWithin(folder, base)) return false
  const path = base === '.' ? folder : folder.slice(base.length + 1)
  return folders === undefined || folders.some((one) => path === one || isWithin(path, one))
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
