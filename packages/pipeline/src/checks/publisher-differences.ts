import type { RecordedPublisher } from '@trustpub/identity'
import { once } from '../once.ts'
import { isRepositoryKnown, workflowName } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, TRUSTING, type TrustedUpload } from '../release.ts'
import type { Manifests } from '../repository/manifests.ts'
import { parseRemote } from '../repository/repository.ts'
import type { Comparison } from './compare-publishers.ts'

/** A field that a recorded publisher and a job do not agree on. */
export interface Difference {
  readonly field: 'repository' | 'workflow' | 'environment'
  readonly expected: string | undefined
  readonly got: string | undefined
  /** Whether the repository leaves no doubt that the ID token will say so. */
  readonly certain: boolean
}

/** What a recorded publisher would refuse of a job. A field that it leaves open accepts everything. */
export function differences(
  { fields }: RecordedPublisher,
  comparison: Comparison,
  release: Release,
): readonly Difference[] {
  const { needed, upload } = comparison
  const { repository, calledWorkflow, workflow = calledWorkflow, environment } = fields
  const rows: readonly Difference[] = [
    {
      field: 'repository',
      expected: repository,
      got: needed.fields.repository,
      certain: isRepositoryCertain(repository, needed.fields.repository, release),
    },
    {
      field: 'workflow',
      expected: workflow,
      got: workflowOf(upload, needed, calledWorkflow),
      // The settings of a GitLab project may name another file than the usual one.
      certain: release.pipeline.provider !== 'gitlab' || !isThere(workflow, release),
    },
    {
      field: 'environment',
      expected: environment,
      got: needed.fields.environment,
      certain: upload.job.environment.known,
    },
  ]
  return rows.filter(
    ({ field, expected, got }) =>
      expected !== undefined &&
      !(field === 'repository' && isRepositoryOpen(expected, release)) &&
      !isSame(field, expected, got, upload, release),
  )
}

/**
 * The file that the registry compares. The public ones know one file for each package; others can be told whether it is the
 * one that an event starts or one that it calls.
 */
function workflowOf(
  { job, registry }: TrustedUpload,
  { fields }: RecordedPublisher,
  called: string | undefined,
): string | undefined {
  if (TRUSTING.includes(hostOf(registry))) return fields.workflow ?? fields.calledWorkflow
  if (called?.includes('/')) return `${fields.repository}/${job.file}`
  return workflowName(called === undefined ? job.entry : job.file)
}

/** Whether there is a file that a publisher of this CI would name so. */
function isThere(workflow: string | undefined, { pipeline, source }: Release): boolean {
  if (workflow === undefined) return false
  const inFolder = pipeline.provider === 'github' && !workflow.includes('/')
  return source(inFolder ? `.github/workflows/${workflow}` : workflow) !== undefined
}

/** Nothing says where releases come from, or this is the checkout of a fork of the repository that is named. */
function isRepositoryOpen(expected: string, { pipeline }: Release): boolean {
  if (!isRepositoryKnown(pipeline)) return true
  return pipeline.repository.remotes?.some(({ path }) => path === expected) === true
}

/**
 * Git says where this checkout comes from. Where the manifests agree with the record, it may be a fork; and git takes an
 * address in any case, so that it is no proof of the letters that the CI will claim.
 */
function isRepositoryCertain(
  expected: string | undefined,
  got: string | undefined,
  { pipeline: { repository }, manifests }: Release,
): boolean {
  return (
    repository.remotes !== undefined &&
    got?.toLowerCase() !== expected?.toLowerCase() &&
    !(expected !== undefined && pathsIn(manifests).has(expected))
  )
}

/** The repositories that the manifests name. */
const pathsIn = once(({ npm, python }: Manifests): ReadonlySet<string> => {
  const named = [...npm, ...python].map(({ repository = '' }) => parseRemote(repository)?.path)
  return new Set(named.filter((path) => path !== undefined))
})

/**
 * npmjs.com compares every letter. Elsewhere the case of a repository does not count, and neither does that of an
 * environment at GitHub.
 */
function isSame(
  field: Difference['field'],
  expected: string,
  got: string | undefined,
  { registry }: TrustedUpload,
  { pipeline }: Release,
): boolean {
  if (expected === got) return true
  const isExact =
    hostOf(registry) === 'registry.npmjs.org' ||
    field === 'workflow' ||
    (field === 'environment' && pipeline.provider !== 'github')
  return !isExact && expected.toLowerCase() === got?.toLowerCase()
}

/** "environment is none, expected "npm"; workflow is …" */
export function spelled(found: readonly Difference[], release: Release): string {
  return found
    .map(({ field, expected, got }) => {
      const hint = hintOf(field, expected, got, release)
      return `${field} is ${quoted(got)}, expected ${quoted(expected)}${hint === '' ? '' : ` (${hint})`}`
    })
    .join('; ')
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'none' : `"${value}"`
}

function hintOf(field: Difference['field'], expected = '', got = '', release: Release): string {
  if (expected.toLowerCase() === got.toLowerCase()) return 'only the case differs'
  if (field !== 'workflow') return ''
  const stem = (file: string) => file.replace(/\.ya?ml$/, '')
  if (stem(expected) === stem(got)) return 'only the ending differs'
  const isElsewhere = release.pipeline.provider === 'github' && expected.includes('/')
  if (!isElsewhere && !isThere(expected, release)) return 'no file has that name'
  return release.pipeline.provider === 'gitlab'
    ? "unless the project's settings name that file, ID tokens name the one at the top, not one that it includes or starts"
    : ''
}
