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
      const found = misplaced(upload, release)
      if (found !== undefined) yield found
    }
  },
}

function misplaced({ job, step }: TrustedUpload, release: Release): Found | undefined {
  const folder = uploadedFolder(step)
  const before = stepsBefore(job, step)
  const downloads = fetchedBy({ ...job, steps: before })
  const [download] = downloads
  if (folder === undefined || folder === '.' || download === undefined) return undefined
  if (downloads.some(({ condition }) => condition !== undefined)) return undefined
  // Something else may put files there.
  const quiet = before.every(
    ({ commands, tree }) =>
      commands.every(leavesFiles) && (commands.length > 0 || child(tree, 'run') === undefined),
  )
  const alone = onlyHarmless({ steps: before }) && !before.some(({ action }) => builds(action))
  const landings = downloads.map((one) => landingOf(one, job, release))
  if (!quiet || !alone || landings.some((one) => one === undefined || reaches(one, folder))) {
    return undefined
  }
  const [landing] = landings
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
    return { base, nested, folders: told ? names.filter((name) => name !== undefined) : undefined }
  }
  // The least common folder of what is kept is left out.
  const roots = kept.map(({ step }) =>
    folderOf((step.inputs.get('path') ?? '*').replace(/\/\*[^/]*$/, '')),
  )
  const flat = roots.length > 0 && roots.every((root) => root !== undefined && root !== '.')
  return { base, nested, folders: flat ? [] : undefined }
}

/** Whether files may be in a folder after a download. */
function reaches(landing: Landing | undefined, folder: string): boolean {
  if (landing === undefined) return true
  const { base, nested, folders } = landing
  if (folder === base) return !nested
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
