import { basename } from 'node:path'
import type { Fields, RecordedPublisher } from '@trustpub/identity'
import type { Pipeline, PublishJob } from '../model.ts'
import { platformsWith } from './platforms.ts'
import { hostOf, registryOf } from './registries.ts'

/** The repository that the claims name; `example/<folder>` where nothing tells. */
export function repositoryOf(pipeline: Pipeline): string {
  const { repository, directory } = pipeline
  return (
    pathAtProvider(pipeline) ??
    repository.path ??
    `example/${directory.split(/[\\/]/).at(-1) || 'repository'}`
  )
}

/** Whether anything says where the repository lives at the CI whose pipeline this is. */
export function isRepositoryKnown(pipeline: Pipeline): boolean {
  return pathAtProvider(pipeline) !== undefined
}

/** Whether all that is known is that the repository lives at the other one of the two: the server of this CI may be any. */
export function isElsewhere(pipeline: Pipeline): boolean {
  return pipeline.repository.path !== undefined && !isRepositoryKnown(pipeline)
}

const HOSTS: Readonly<Record<string, string>> = { github: 'github.com', gitlab: 'gitlab.com' }

/** `origin` may be the copy at the other of the two CIs that a repository is set up for. */
function pathAtProvider({ provider, repository }: Pipeline): string | undefined {
  const { host, path, remotes } = repository
  const own = HOSTS[provider]
  const isElsewhere = host !== own && Object.values(HOSTS).includes(host ?? '')
  return isElsewhere ? remotes?.find((remote) => remote.host === own)?.path : path
}

/** The environment of a job; where only a run knows it the one that it falls back to, if any. */
export function environmentOf({
  environment,
}: Pick<PublishJob, 'environment'>): string | undefined {
  return environment.known ? environment.value : environment.otherwise
}

/** The trusted publishers without which the jobs of a pipeline could not publish, one for each package and registry. */
export function neededPublishers(pipeline: Pipeline): RecordedPublisher[] {
  const needed = pipeline.jobs.flatMap((job) =>
    job.publishes.flatMap((step) => {
      const directories = new Set(step.packages)
      return pipeline.packages
        .filter((pkg) => pkg.ecosystem === step.ecosystem && directories.has(pkg.directory))
        .flatMap((pkg) => [pkg, ...platformsWith(job, step, pkg)])
        .map(({ name }): RecordedPublisher => {
          const environment = environmentOf(job)
          return {
            package: `${step.ecosystem}:${name}`,
            registry: registryOf(step),
            provider: pipeline.provider,
            fields: {
              repository: repositoryOf(pipeline),
              ...workflowFields(job, step.ecosystem),
              ...(environment === undefined ? {} : { environment }),
            },
            permissions: ['publish'],
          }
        })
    }),
  )
  const keyOf = (publisher: RecordedPublisher) =>
    JSON.stringify({ ...publisher, registry: hostOf(publisher.registry) })
  return [...new Map(needed.map((publisher) => [keyOf(publisher), publisher])).values()]
}

/** PyPI compares the file that holds the job, npm the one that an event starts. */
function workflowFields({ entry, file }: PublishJob, ecosystem: 'npm' | 'pypi'): Fields {
  return ecosystem === 'pypi' && file !== entry
    ? { calledWorkflow: workflowName(file) }
    : { workflow: workflowName(entry) }
}

/** A workflow as publishers name it: at GitHub a file of one folder, at GitLab a path. */
export function workflowName(path: string): string {
  return path.startsWith('.github/') ? basename(path) : path
}

/**
 * Packages that need several trusted publishers at npmjs.com. It kept one for each package until September 2026, and keeps
 * up to ten since (docs.npmjs.com, "Trusted publishing"): the second is easily forgotten.
 */
export function contested(publishers: readonly RecordedPublisher[]): string[] {
  const ofNpm = publishers.filter(({ registry }) => hostOf(registry) === 'registry.npmjs.org')
  const packages = new Set(ofNpm.map((publisher) => publisher.package))
  return [...packages].flatMap((name) => {
    const rivals = ofNpm.filter((publisher) => publisher.package === name)
    if (rivals.length < 2) return []
    const who = rivals.map(({ fields }) =>
      [fields.workflow, fields.environment && `environment ${fields.environment}`]
        .filter((part) => part !== undefined)
        .join(' with '),
    )
    return [
      `${name.replace(/^npm:/, '')} needs ${rivals.length} trusted publishers at npmjs.com (${who.join('; ')}): what is not configured there is refused. Publishing from one workflow and environment needs one.`,
    ]
  })
}
