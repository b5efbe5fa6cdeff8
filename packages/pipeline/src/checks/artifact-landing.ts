import type { JobStep } from '../job.ts'
import type { Release, TrustedUpload } from '../release.ts'
import { areKnown, folderOf, isWithin, jobsOfRun, keptBy } from './artifacts.ts'

/** Where the files of artifacts are after a download. */
export interface Landing {
  /** Where the download puts what it fetches. */
  readonly base: string
  /** Within that each artifact has a folder with its name. */
  readonly nested: boolean
  /** Names of the folders that artifacts have or hold; undefined where they cannot be told. */
  readonly folders: readonly string[] | undefined
  /** Whether every distribution is in a folder within the artifact. */
  readonly isDeep: boolean
}

/** Undefined if that cannot be told. */
export function landingOf(
  download: JobStep,
  job: TrustedUpload['job'],
  release: Release,
): Landing | undefined {
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
export function reaches(landing: Landing | undefined, folder: string): boolean {
  if (landing === undefined) return true
  const { base, nested, folders, isDeep } = landing
  if (folder === base) return !nested && !isDeep
  if (!isWithin(folder, base)) return false
  const path = base === '.' ? folder : folder.slice(base.length + 1)
  return folders === undefined || folders.some((one) => path === one || isWithin(path, one))
}

/** One file that is certainly no distribution. */
export const OTHER_FILE: RegExp = /^[\w./-]*\.(?:txt|json|ya?ml|md|log|xml|html|sha256|csv)$/
