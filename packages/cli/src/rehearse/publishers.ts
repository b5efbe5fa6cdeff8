import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parsePublisherRecord, RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import type { Pipeline } from '@trustpub/pipeline'
import { repositoryOf } from './facts.ts'

/** Where each kind of package goes unless something else is said. */
const PUBLIC = {
  npm: 'https://registry.npmjs.org/',
  pypi: 'https://upload.pypi.org/legacy/',
} as const

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
          const environment = job.environment.known ? job.environment.value : undefined
          return {
            package: `${pkg.ecosystem}:${pkg.name}`,
            registry: step.registry ?? PUBLIC[pkg.ecosystem],
            provider: pipeline.provider,
            fields: {
              repository: repositoryOf(pipeline),
              // GitHub publishers name a file of one folder, GitLab's a path.
              workflow: job.entry.startsWith('.github/') ? basename(job.entry) : job.entry,
              ...(environment === undefined ? {} : { environment }),
            },
            permissions: ['publish'],
          }
        }),
    ),
  )
  const distinct = new Map(needed.map((publisher) => [JSON.stringify(publisher), publisher]))
  return [...distinct.values()]
}

/** The audiences that ID tokens for the recorded registries must have. */
export function audiencesOf(publishers: readonly RecordedPublisher[]): {
  npm: string
  pypi: string
} {
  const registryOf = (ecosystem: 'npm' | 'pypi') =>
    publishers.find((each) => each.package.startsWith(`${ecosystem}:`))?.registry ??
    PUBLIC[ecosystem]
  const npm = URL.canParse(registryOf('npm'))
    ? new URL(registryOf('npm')).hostname
    : 'registry.npmjs.org'
  return {
    npm: `npm:${npm}`,
    pypi: registryOf('pypi').includes('test.pypi.org') ? 'testpypi' : 'pypi',
  }
}
