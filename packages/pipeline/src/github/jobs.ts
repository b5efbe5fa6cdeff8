import type { Job, JobStep, Setting, ToolVersion } from '../job.ts'
import type { PublishJob, Repository, Unknown } from '../model.ts'
import type { Manifests } from '../repository/manifests.ts'
import { nodeOfImage } from '../steps/node-versions.ts'
import type { Findings } from '../steps/shell-state.ts'
import { pathIn } from '../steps/variables.ts'
import { inOrder, NO_WORK, publishKey, type Work, type WorkBefore } from '../steps/work.ts'
import { child, isMap, itemsOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'
import { type JobSite, jobSites, sitesBefore } from './calls.ts'
import {
  type Bindings,
  fallbackOf,
  isExpression,
  isFalse,
  secretsIn,
  substitute,
} from './expressions.ts'
import { matrixRows, tellingRows } from './matrix.ts'
import { idTokenAccess, permissionsOf } from './permissions.ts'
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
  readonly repository: Repository
}

/** The jobs of every workflow that an event starts. */
export function readGithubJobs(
  files: GithubFiles,
  manifests: Manifests,
): { readonly jobs: readonly (Job | PublishJob)[]; readonly unknowns: readonly Unknown[] } {
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
      const sites = jobSites(entry, workflows, files.repository, unknowns)
      const work = inOrder<JobSite>(
        (site) => sitesBefore(site, sites),
        (site, before) => readSite(site, before, files, manifests, unknowns),
      )
      return sites.map((site) => jobOf(entry, site, sites, work(site)))
    })
  return { jobs, unknowns }
}

function readSite(
  site: JobSite,
  before: WorkBefore,
  files: GithubFiles,
  manifests: Manifests,
  unknowns: Unknown[],
): Work {
  const { job, workflow } = site.own
  if (isFalse(textOf(child(job, 'if')))) return NO_WORK
  const findings: Findings = {
    publishes: [],
    unknowns,
    builds: new Set(before.builds),
    commands: [],
  }
  const trace: JobStep[] = []
  const states = tellingRows(job).map((row) => {
    const bindings = new Map([...site.bindings, ...row])
    const ofWorkflow = withEnvironment(child(workflow.tree, 'env'), new Map(), bindings)
    return readSteps(itemsOf(child(job, 'steps')), {
      manifests,
      findings,
      trace,
      findSecrets: secretsIn,
      textOf: files.textOf,
      actions: files.actions,
      bindings,
      directory: defaultDirectory(site, bindings),
      variables: withEnvironment(child(job, 'env'), ofWorkflow, bindings),
      versionsSet: before.versionsSet,
      node: nodeOfContainer(job, bindings),
    })
  })
  return {
    publishes: onceEach(findings.publishes, publishKey),
    steps: onceEach(trace, stepKey),
    builds: findings.builds,
    versionsSet: new Set(states.flatMap((state) => [...(state.versionsSet ?? [])])),
  }
}

function jobOf(
  entry: Workflow,
  site: JobSite,
  sites: readonly JobSite[],
  { publishes, steps, builds }: Work,
): Job | PublishJob {
  const { job, workflow } = site.own
  const image = child(job, 'container')
  const found: Job = {
    id: siteId(site),
    place: job.place,
    entry: entry.file,
    file: workflow.file,
    triggers: entry.triggers,
    environment: environmentOf(job, site.bindings),
    idToken: idTokenAccess(site),
    permissions: permissionsOf(site),
    runners: runnersOf(job, site.bindings),
    ...(image && { image: settingOf(imageIn(image)) }),
    steps,
    needs: sitesBefore(site, sites).map(siteId),
    rows: matrixRows(job).length,
    source: {
      workflow: workflow.tree,
      job,
      written: job,
      callers: site.callers.map(({ workflow: of, id, job: calling }) => ({
        file: of.file,
        id,
        workflow: of.tree,
        job: calling,
      })),
    },
  }
  return publishes.length === 0 ? found : { ...found, publishes, builds: [...builds] }
}

function siteId({ callers, own }: JobSite): string {
  return [...callers, own].map(({ id }) => id).join('/')
}

/** `runs-on`: a label, a list of labels, or a group with labels; one of each for the rows of a matrix. */
function runnersOf(job: Tree, bindings: Bindings): readonly Setting<readonly string[]>[] {
  const written = child(job, 'runs-on')
  const labels = isMap(written) ? child(written, 'labels') : written
  const found = matrixRows(job).map((row): Setting<readonly string[]> => {
    const all = new Map([...bindings, ...row])
    const texts = textsOf(labels).map((text) => substitute(text, all))
    const open = texts.find(isExpression)
    if (open !== undefined) return { known: false, expression: open }
    if (isMap(written) && texts.length === 0) {
      return { known: false, expression: `group ${textOf(child(written, 'group')) ?? ''}` }
    }
    return { known: true, value: texts }
  })
  return onceEach(found, (one) => JSON.stringify(one))
}

/** The Node of `container: node:24`. */
function nodeOfContainer(job: Tree, bindings: Bindings): ToolVersion | undefined {
  const container = child(job, 'container')
  return container && nodeOfImage(substitute(imageIn(container), bindings), container.place)
}

/** `container: node:24` or `container: { image: node:24 }`. */
function imageIn(container: Tree): string {
  return textOf(container) ?? textOf(child(container, 'image')) ?? ''
}

function settingOf(text: string): Setting<string> {
  return isExpression(text)
    ? { known: false, expression: text }
    : { known: true, value: text === '' ? undefined : text }
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

/** The rows of a matrix mostly do the same. */
function onceEach<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

function stepKey({ place, inputs, commands, inAction }: JobStep): string {
  const texts = commands.map(({ text, directory }) => [text, directory])
  return JSON.stringify([place, [...inputs], texts, inAction])
}
