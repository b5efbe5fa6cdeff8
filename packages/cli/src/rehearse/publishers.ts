import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type Fields,
  parsePublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from '@trustpub/identity'
import type { Pipeline, PublishJob } from '@trustpub/pipeline'
import { environmentOf, repositoryOf } from './facts.ts'
import { hostOf, registryOf } from './registries.ts'

/** The trusted publishers that the registries have, and where that knowledge comes from. */
export interface Publishers {
  readonly publishers: readonly RecordedPublisher[]
  readonly recorded: boolean
}

/** Those of `trusted-publishers.json`; without such a file those that the pipeline itself would need. */
export async function findPublishers(pipeline: Pipeline): Promise<Publishers> {
  const path = join(pipeline.directory, RECORD_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { publishers: neededBy(pipeline), recorded: false }
  const { publishers } = parsePublisherRecord(text)
  return {
    publishers: publishers.filter(({ provider }) => provider === pipeline.provider),
    recorded: true,
  }
}

function neededBy(pipeline: Pipeline): RecordedPublisher[] {
  const needed = pipeline.jobs.flatMap((job) =>
    job.publishes.flatMap((step) =>
      pipeline.packages
        .filter((pkg) => pkg.ecosystem === step.ecosystem && step.packages.includes(pkg.directory))
        .map((pkg): RecordedPublisher => {
          const environment = environmentOf(job)
          return {
            package: `${pkg.ecosystem}:${pkg.name}`,
            registry: registryOf(step),
            provider: pipeline.provider,
            fields: {
              repository: repositoryOf(pipeline),
              ...workflowFields(job, pkg.ecosystem),
              ...(environment === undefined ? {} : { environment }),
            },
            permissions: ['publish'],
          }
        }),
    ),
  )
  const keyOf = (publisher: RecordedPublisher) =>
    JSON.stringify({ ...publisher, registry: hostOf(publisher.registry) })
  return [...new Map(needed.map((publisher) => [keyOf(publisher), publisher])).values()]
}

/** PyPI compares the file that holds the job, npm the one that an event starts. */
function workflowFields({ entry, file }: PublishJob, ecosystem: 'npm' | 'pypi'): Fields {
  // GitHub publishers name a file of one folder, GitLab's a path.
  const named = (path: string) => (path.startsWith('.github/') ? basename(path) : path)
  return ecosystem === 'pypi' && file !== entry
    ? { calledWorkflow: named(file) }
    : { workflow: named(entry) }
}

/** npmjs.com keeps one trusted publisher per package (docs.npmjs.com, "Trusted publishing"): who else needs one fails. */
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
      `npmjs.com keeps one trusted publisher per package, but ${name.replace(/^npm:/, '')} would need ${rivals.length} (${who.join('; ')}): one of them is refused there. Publish it from one workflow and environment.`,
    ]
  })
}
