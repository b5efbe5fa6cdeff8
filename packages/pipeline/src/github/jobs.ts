import type { PublishJob, Setting, Unknown } from '../model.ts'
import type { Manifests } from '../repository/manifests.ts'
import type { Findings } from '../steps/script.ts'
import { pathIn } from '../steps/variables.ts'
import { inOrder, NO_WORK, type Work } from '../steps/work.ts'
import { child, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import { type JobSite, jobSites, sitesBefore } from './calls.ts'
import {
  type Bindings,
  fallbackOf,
  isExpression,
  isFalse,
  secretsIn,
  substitute,
} from './expressions.ts'
import { matrixRows } from './matrix.ts'
import { idTokenAccess } from './permissions.ts'
import { readSteps, withEnvironment } from './steps.ts'
import { jobsOf, readWorkflow, type Workflow } from './workflow.ts'

/** The parsed YAML of a repository at GitHub. */
export interface GithubFiles {
  /** By path: `.github/workflows/release.yml`. */
  readonly workflows: ReadonlyMap<string, Tree>
  /** Composite actions of the repository, by directory. */
  readonly actions: ReadonlyMap<string, Tree>
  /** The text of a file, by its path from the root. */
  readonly textOf: (file: string) => string | undefined
}

/** The publishing jobs of every workflow that an event starts. */
export function readGithubJobs(
  files: GithubFiles,
  manifests: Manifests,
): { readonly jobs: readonly PublishJob[]; readonly unknowns: readonly Unknown[] } {
  const workflows = new Map(
    [...files.workflows].map(([file, tree]) => [file, readWorkflow(file, tree)]),
  )
  const unknowns: Unknown[] = []
  for (const { file, tree } of workflows.values()) {
    if (jobsOf({ file, tree, triggers: [] }).length > 0) continue
    unknowns.push({ place: tree.place, sentence: `${file} has no jobs; it is not a workflow.` })
  }
  const jobs = [...workflows.values()]
    .filter(({ triggers }) => triggers.length > 0)
    .flatMap((entry) => {
      const sites = jobSites(entry, workflows, unknowns)
      const work = inOrder<JobSite>(
        (site) => sitesBefore(site, sites),
        (site, before) => readSite(site, before, files, manifests, unknowns),
      )
      return sites.flatMap((site) => publishJob(entry, site, work(site)) ?? [])
    })
  return { jobs, unknowns }
}

function readSite(
  site: JobSite,
  before: Omit<Work, 'publishes'>,
  files: GithubFiles,
  manifests: Manifests,
  unknowns: Unknown[],
): Work {
  const { job, workflow } = site.own
  if (isFalse(textOf(child(job, 'if')))) return NO_WORK
  const findings: Findings = { publishes: [], unknowns, builds: new Set(before.builds) }
  const states = matrixRows(job).map((row) => {
    const bindings = new Map([...site.bindings, ...row])
    const ofWorkflow = withEnvironment(child(workflow.tree, 'env'), new Map(), bindings)
    return readSteps(itemsOf(child(job, 'steps')), {
      manifests,
      findings,
      findSecrets: secretsIn,
      textOf: files.textOf,
      actions: files.actions,
      bindings,
      directory: defaultDirectory(site, bindings),
      variables: withEnvironment(child(job, 'env'), ofWorkflow, bindings),
      versionsSet: before.versionsSet,
    })
  })
  return {
    publishes: distinct(findings.publishes),
    builds: findings.builds,
    versionsSet: new Set(states.flatMap((state) => [...(state.versionsSet ?? [])])),
  }
}

function publishJob(
  entry: Workflow,
  site: JobSite,
  { publishes, builds }: Work,
): PublishJob | undefined {
  if (publishes.length === 0) return undefined
  const { job, workflow } = site.own
  return {
    id: [...site.callers, site.own].map(({ id }) => id).join('/'),
    place: job.place,
    entry: entry.file,
    file: workflow.file,
    triggers: entry.triggers,
    environment: environmentOf(job, site.bindings),
    idToken: idTokenAccess(site),
    publishes,
    builds: [...builds],
  }
}

function defaultDirectory({ own }: JobSite, bindings: Bindings): string | undefined {
  const at = ['defaults', 'run', 'working-directory']
  const written = textOf(child(own.job, ...at)) ?? textOf(child(own.workflow.tree, ...at)) ?? '.'
  return pathIn('.', substitute(written, bindings), new Map())
}

/** `environment: name` or `environment: { name, url }`; an empty name is none. */
function environmentOf(job: Tree, bindings: Bindings): Setting<string> {
  const written = child(job, 'environment')
  const text = textOf(written) ?? textOf(child(written, 'name')) ?? ''
  const name = substitute(text, bindings)
  if (isExpression(name)) {
    const otherwise = fallbackOf(name)
    return { known: false, expression: name, ...(otherwise !== undefined && { otherwise }) }
  }
  return { known: true, value: name === '' ? undefined : name }
}

/** The rows of a matrix mostly publish the same. */
function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
