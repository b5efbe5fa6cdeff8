import { isDeepStrictEqual } from 'node:util'
import {
  formatPublisherRecord,
  parsePublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from '@trustpub/identity'
import { hostOf, neededPublishers, readReleases } from '@trustpub/pipeline'

/** What registries should have, and where that knowledge comes from. */
export interface Plan {
  readonly publishers: readonly RecordedPublisher[]
  /** Whether there is a trusted-publishers.json; what it says decides. */
  readonly recorded: boolean
  /** What the pipeline needs and the record lacks, or has otherwise. */
  readonly unrecorded: readonly RecordedPublisher[]
  /** The repository is not known, so that what the pipeline needs cannot be told. */
  readonly nameless: boolean
}

/** @throws Refusal if the record cannot be read; PipelineError */
export async function planOf(directory: string): Promise<Plan> {
  const releases = await readReleases(directory)
  const text = releases[0]?.source(RECORD_FILE)?.text
  const known = releases.filter(({ pipeline }) => pipeline.repository.path !== undefined)
  const needed = known.flatMap(({ pipeline }) => neededPublishers(pipeline).filter(isTrusting))
  const nameless = known.length < releases.length
  if (text === undefined)
    return { publishers: needed, recorded: false, unrecorded: needed, nameless }
  const { publishers } = parsePublisherRecord(text)
  const unrecorded = needed.filter((one) => !publishers.some((other) => isSame(one, other)))
  return { publishers, recorded: true, unrecorded, nameless }
}

/** Registries of which it is known that they have trusted publishing; others only if somebody has recorded them. */
function isTrusting({ registry }: RecordedPublisher): boolean {
  return ['registry.npmjs.org', 'pypi.org', 'test.pypi.org'].includes(hostOf(registry))
}

function isSame(a: RecordedPublisher, b: RecordedPublisher): boolean {
  return (
    a.package === b.package &&
    hostOf(a.registry) === hostOf(b.registry) &&
    isDeepStrictEqual({ ...a.fields }, { ...b.fields })
  )
}

/** The record with what the pipeline needs; what is there stays. */
export function completed({ publishers, recorded, unrecorded }: Plan): string {
  const kept = recorded ? publishers : []
  const missing = unrecorded.filter(
    (one) =>
      !kept.some(
        (other) => other.package === one.package && hostOf(other.registry) === hostOf(one.registry),
      ),
  )
  return formatPublisherRecord({ publishers: [...kept, ...missing] })
}
