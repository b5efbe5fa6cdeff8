import type { Repository, Unknown } from '../model.ts'
import { child, entriesOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'
import { type Bindings, substitute } from './expressions.ts'
import { jobsOf, type Workflow } from './workflow.ts'

/** A job in its file. */
export interface Level {
  readonly workflow: Workflow
  readonly id: string
  readonly job: Tree
}

/** A job as a run of the entry workflow reaches it: the calling jobs from the entry on, then the job itself. */
export interface JobSite {
  readonly callers: readonly Level[]
  readonly own: Level
  /** What its `inputs.*` are, where the callers say so literally. */
  readonly bindings: Bindings
}

// GitHub connects at most ten levels of workflows (docs, "Reusing workflow configurations", limitations).
const MAX_LEVELS = 10

// A callee called twice by each of ten levels would be read a thousand times.
const MAX_SITES = 1000

/** The jobs that a run of an entry workflow consists of, those of locally called workflows included. */
export function jobSites(
  entry: Workflow,
  workflows: ReadonlyMap<string, Workflow>,
  repository: Pick<Repository, 'path' | 'defaultBranch'>,
  unknowns: Unknown[],
): readonly JobSite[] {
  const sites: JobSite[] = []
  walk(entry, [], new Map())
  return sites

  function walk(workflow: Workflow, callers: readonly Level[], bindings: Bindings): void {
    for (const [id, job] of jobsOf(workflow)) {
      const own = { workflow, id, job }
      const uses = textOf(child(job, 'uses'))
      if (sites.length >= MAX_SITES) return
      if (uses === undefined) sites.push({ callers, own, bindings })
      else follow(uses, [...callers, own], bindings)
    }
  }

  function follow(uses: string, callers: readonly Level[], bindings: Bindings): void {
    const calling = callers.at(-1)
    if (calling === undefined) return
    const place = child(calling.job, 'uses')?.place ?? calling.job.place
    const called = workflows.get(fileOf(uses, repository) ?? '')
    const sentence =
      called === undefined
        ? whyUnread(uses, calling, callers)
        : callers.some(({ workflow }) => workflow.file === called.file)
          ? `Job "${calling.id}" calls ${called.file}, which leads back to itself; GitHub refuses such a workflow.`
          : callers.length >= MAX_LEVELS
            ? `Job "${calling.id}" calls ${called.file} more than ${MAX_LEVELS} levels deep; GitHub refuses such a workflow.`
            : undefined
    const isElsewhere = !uses.startsWith('./')
    if (sentence !== undefined)
      unknowns.push({ place, sentence, ...(isElsewhere && { elsewhere: true }) })
    else if (called !== undefined) walk(called, callers, inputsOf(called, calling.job, bindings))
  }
}

/** The file of a workflow of this repository, which may also call it by its name, on its default branch. */
function fileOf(
  uses: string,
  { path, defaultBranch }: Pick<Repository, 'path' | 'defaultBranch'>,
): string | undefined {
  if (uses.startsWith('./')) return uses.slice(2)
  const [called = '', branch] = uses.split('@')
  const isOwn = path !== undefined && called.toLowerCase().startsWith(`${path.toLowerCase()}/`)
  return isOwn && branch === defaultBranch ? called.slice(path.length + 1) : undefined
}

/** The jobs that a job waits for by `needs:`, its own and those of the jobs that call it; not those behind them. */
export function sitesBefore(site: JobSite, all: readonly JobSite[]): readonly JobSite[] {
  const path = pathOf(site)
  return all.filter((other) => {
    const others = pathOf(other)
    const parting = path.findIndex(({ job }, at) => job !== others[at]?.job)
    const [level, before] = [path[parting], others[parting]]
    if (level === undefined || before?.workflow !== level.workflow) return false
    return textsOf(child(level.job, 'needs')).includes(before.id)
  })
}

function pathOf({ callers, own }: JobSite): readonly Level[] {
  return [...callers, own]
}

/** Workflows of others that upload nothing to a registry of packages. */
const HARMLESS =
  /^slsa-framework\/slsa-github-generator\/\.github\/workflows\/(?:generator|builder)_/

/** What is called for something else, by its name. */
const ELSEWHERE = /coverage|codecov|(?:^|[^a-z])(?:docs?|lint|label|triage)(?![a-z])/i

/** Undefined for a workflow elsewhere that cannot publish and is not called as if: it has no secret, and may ask for no ID token. */
function whyUnread(
  uses: string,
  { id, job }: Level,
  callers: readonly Level[],
): string | undefined {
  if (uses.startsWith('./')) {
    return `Job "${id}" calls ${uses.slice(2)}, which cannot be read; correct the path or the file.`
  }
  const secrets = child(job, 'secrets')
  const mayAsk = callers.some(({ job, workflow }) => {
    const written = child(job, 'permissions') ?? child(workflow.tree, 'permissions')
    return textOf(written) === 'write-all' || textOf(child(written, 'id-token')) === 'write'
  })
  const sounds = /publish|release(?!-drafter)|deploy|pypi|npm/i.test(`${id} ${uses}`)
  const isForOther = ELSEWHERE.test(`${id} ${uses}`)
  if (HARMLESS.test(uses) || (!handsSecrets(secrets) && !mayAsk && !sounds)) return undefined
  return `Job "${id}" calls ${uses}${sounds || !isForOther ? passed(secrets) : ''}, a workflow that is not read from this checkout; if it publishes, npm compares the calling file and PyPI the called one, which it takes from this repository only.`
}

/** Nothing is published to a registry of packages with the own token of GitHub. */
function handsSecrets(secrets: Tree | undefined): boolean {
  if (textOf(secrets) === 'inherit') return true
  return entriesOf(secrets).some(([, value]) => !OWN_TOKEN.test(textOf(value) ?? ''))
}

const OWN_TOKEN = /^\$\{\{\s*(?:secrets\.GITHUB_TOKEN|github\.token)\s*\}\}$/

/** What a call passes that may be for publishing; the token of a service for documentation or coverage is not. */
function passed(secrets: Tree | undefined): string {
  if (textOf(secrets) !== undefined) return ' with secrets'
  const names = entriesOf(secrets)
    .filter(([, value]) => !OWN_TOKEN.test(textOf(value) ?? ''))
    .filter(
      ([name, value]) => FOR_PUBLISHING.test(name) || FOR_PUBLISHING.test(textOf(value) ?? ''),
    )
    .map(([name, value]) => /\bsecrets\.(\w+)/.exec(textOf(value) ?? '')?.[1] ?? name)
  return names.length === 0 ? '' : ` with secrets (${names.join(', ')})`
}

const FOR_PUBLISHING =
  /pypi|npm|twine|node_auth|publish|poetry|flit|hatch|registry|index|^(?:api_?)?token$|password/i

/** The inputs of a called workflow: what the calling job passes, else the default (`workflow_call.inputs`). */
function inputsOf(called: Workflow, calling: Tree, bindings: Bindings): Bindings {
  const inputs = new Map<string, string>()
  for (const [name, input] of entriesOf(child(called.tree, 'on', 'workflow_call', 'inputs'))) {
    const passed = textOf(child(calling, 'with', name))
    const value = passed === undefined ? textOf(child(input, 'default')) : passed
    inputs.set(`inputs.${name}`, substitute(value ?? '', bindings))
  }
  return inputs
}
