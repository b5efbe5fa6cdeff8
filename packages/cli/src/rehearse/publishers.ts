import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePublisherRecord, RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import { neededPublishers, type Pipeline } from '@trustpub/pipeline'

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
  if (text === undefined) return { publishers: neededPublishers(pipeline), recorded: false }
  const { publishers } = parsePublisherRecord(text)
  return {
    publishers: publishers.filter(({ provider }) => provider === pipeline.provider),
    recorded: true,
  }
}
