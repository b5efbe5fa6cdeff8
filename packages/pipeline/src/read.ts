import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePublisherRecord, RECORD_FILE, Refusal } from '@trustpub/identity'
import type { SourceFile } from './edits/edit.ts'
import { PipelineError, reasonOf } from './errors.ts'
import { readGithubJobs } from './github/jobs.ts'
import { assemble } from './gitlab/config.ts'
import { readGitlabJobs } from './gitlab/jobs.ts'
import type { Job } from './job.ts'
import type { Pipeline, PublishJob, Unknown } from './model.ts'
import type { Release } from './release.ts'
import {
  fileReader,
  filesMatching,
  joinInside,
  leadsOut,
  type Overlay,
  type ReadFile,
  type ReadText,
  textReader,
} from './repository/files.ts'
import { type Manifests, packagesOf, readManifests } from './repository/manifests.ts'
import { readRepository, readTags } from './repository/repository.ts'
import { entriesOf, isList, itemsOf, type Tree, textOf } from './yaml/tree.ts'
import { type Dialect, parseYaml } from './yaml/yaml-file.ts'

const WORKFLOWS = '.github/workflows'
const GITLAB_FILE = '.gitlab-ci.yml'

/**
 * Reads the release pipeline of a repository: one for each CI that it is set up for, GitHub first. A file that
 * cannot be parsed becomes an unknown of its pipeline, as long as another one can be.
 * @throws PipelineError `directory_unreadable`; `file_unreadable`; `workflow_unparseable` if nothing can be parsed.
 */
export async function readPipelines(directory: string): Promise<readonly Pipeline[]> {
  return (await read(directory, new Map())).pipelines
}

/**
 * Reads everything that checks and migrations want to know of a repository, for each CI that it is set up for.
 * @param overlay changes that are not written yet
 * @throws PipelineError as `readPipelines`
 */
export async function readReleases(
  directory: string,
  overlay: Overlay = new Map(),
): Promise<readonly Release[]> {
  const { pipelines, manifests, textOf: ofFile } = await read(directory, overlay)
  const tags = await readTags(directory)
  const source = (file: string): SourceFile | undefined => {
    const text = ofFile(file)
    return text === undefined ? undefined : { file, text }
  }
  return pipelines.map((pipeline) => ({
    pipeline,
    manifests,
    source,
    tags,
    ...recordOf(ofFile(RECORD_FILE), pipeline),
  }))
}

function recordOf(
  text: string | undefined,
  { provider }: Pipeline,
): Pick<Release, 'record' | 'recordProblem'> {
  if (text === undefined) return {}
  try {
    const { publishers } = parsePublisherRecord(text)
    return { record: publishers.filter((one) => one.provider === provider) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { recordProblem: error.message }
  }
}

interface Read {
  readonly pipelines: readonly Pipeline[]
  readonly manifests: Manifests
  readonly textOf: ReadText
}

async function read(directory: string, overlay: Overlay): Promise<Read> {
  await checkDirectory(directory)
  const readFile = fileReader(directory, overlay)
  const parse: Parse = (file, dialect) => parseFile(directory, file, dialect, readFile)
  const github = await parseAll(await workflowFiles(directory), 'github', parse)
  const gitlab = await parseAll([GITLAB_FILE], 'gitlab', parse)
  const [failure] = [...github.failures, ...gitlab.failures]
  if (failure !== undefined && github.trees.size + gitlab.trees.size === 0) throw failure

  const manifests = await readManifests(directory, readFile)
  const repository = await readRepository(directory, manifests)
  const fileText = textReader(directory, overlay)
  const pipelines: Pipeline[] = []
  if (isThere(github)) {
    const actions = await localActions([...github.trees.values()], parse)
    const files = { workflows: github.trees, actions: actions.trees, textOf: fileText, repository }
    const found = readGithubJobs(files, manifests)
    const failures = [...github.failures, ...actions.failures]
    pipelines.push(pipeline('github', found.jobs, [...asUnknowns(failures), ...found.unknowns]))
  }
  if (isThere(gitlab)) {
    const root = gitlab.trees.get(GITLAB_FILE) ?? NOTHING
    const assembled = await assemble(
      root,
      (file) => parse(file, 'gitlab'),
      (glob) => filesMatching(directory, glob),
    )
    const { defaultBranch } = repository
    const context = { manifests, defaultBranch, textOf: fileText }
    const found = readGitlabJobs(assembled.config, GITLAB_FILE, context)
    const unknowns = [...asUnknowns(gitlab.failures), ...assembled.unknowns, ...found.unknowns]
    pipelines.push(pipeline('gitlab', found.jobs, unknowns))
  }
  return { pipelines, manifests, textOf: fileText }

  function pipeline(
    provider: 'github' | 'gitlab',
    jobs: readonly (Job | PublishJob)[],
    unknowns: readonly Unknown[],
  ): Pipeline {
    return {
      directory,
      provider,
      repository,
      packages: packagesOf(manifests),
      jobs: jobs.filter(publishes),
      otherJobs: jobs.filter((job) => !publishes(job)),
      unknowns: distinct([...unknowns, ...manifests.unknowns]),
    }
  }
}

const NOTHING: Tree = { place: { file: GITLAB_FILE, line: 1, column: 1 }, value: null }

function publishes(job: Job | PublishJob): job is PublishJob {
  return 'publishes' in job
}

interface Parsed {
  readonly trees: Map<string, Tree>
  readonly failures: PipelineError[]
}

function isThere({ trees, failures }: Parsed): boolean {
  return trees.size + failures.length > 0
}

async function checkDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => reasonOf(error))
  if (typeof found !== 'string' && found.isDirectory()) return
  const reason = typeof found === 'string' ? found : 'it is not a directory'
  throw new PipelineError('directory_unreadable', { file: directory, reason })
}

async function workflowFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(join(directory, WORKFLOWS)).catch((error: unknown) => {
    const reason = reasonOf(error)
    if (['ENOENT', 'ENOTDIR'].includes(reason)) return []
    throw new PipelineError('file_unreadable', { file: WORKFLOWS, reason })
  })
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => `${WORKFLOWS}/${name}`)
}

/** Parses a file by its path from the root; undefined if there is none. */
type Parse = (file: string, dialect: Dialect) => Promise<Tree | undefined>

async function parseAll(files: readonly string[], dialect: Dialect, parse: Parse): Promise<Parsed> {
  const parsed: Parsed = { trees: new Map(), failures: [] }
  for (const file of files) {
    try {
      const tree = await parse(file, dialect)
      if (tree !== undefined) parsed.trees.set(file, tree)
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      parsed.failures.push(error)
    }
  }
  return parsed
}

async function parseFile(
  directory: string,
  file: string,
  dialect: Dialect,
  readFile: ReadFile,
): Promise<Tree | undefined> {
  if (joinInside('.', file) === undefined) return undefined
  if (leadsOut(directory, file)) throw new PipelineError('file_outside', { file, reason: '' })
  const source = await readFile(file)
  return source === undefined ? undefined : parseYaml(file, source, dialect)
}

/** The composite actions that workflows, and those actions in turn, use by `./path`. */
async function localActions(sources: readonly Tree[], parse: Parse): Promise<Parsed> {
  const actions: Parsed = { trees: new Map(), failures: [] }
  const seen = new Set<string>()
  const open = sources.flatMap(localUses)
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const name of ['action.yml', 'action.yaml']) {
      const found = await parseAll([path === '' ? name : `${path}/${name}`], 'github', parse)
      actions.failures.push(...found.failures)
      for (const tree of found.trees.values()) {
        actions.trees.set(path, tree)
        open.push(...localUses(tree))
      }
    }
  }
  return actions
}

/** Every `uses: ./path` of a step; workflows called by path end in `.yml` and are not actions. */
function localUses(tree: Tree): readonly string[] {
  const uses: string[] = []
  const seen = new Set<Tree>()
  const open = [tree]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // Aliases make the tree a graph.
    if (seen.has(node)) continue
    seen.add(node)
    if (isList(node)) open.push(...itemsOf(node))
    for (const [key, value] of entriesOf(node)) {
      const text = key === 'uses' ? (textOf(value) ?? '') : ''
      if (text.startsWith('./') && !/\.ya?ml$/.test(text))
        uses.push(text.slice(2).replace(/\/+$/, ''))
      open.push(value)
    }
  }
  return uses
}

function asUnknowns(failures: readonly PipelineError[]): readonly Unknown[] {
  return failures.map(({ place, message }) => ({ place, sentence: message, broken: 'workflow' }))
}

function distinct(unknowns: readonly Unknown[]): readonly Unknown[] {
  return [...new Map(unknowns.map((one) => [JSON.stringify(one), one])).values()]
}
