import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePublisherRecord, RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import { hostOf } from '@trustpub/pipeline'
import { type Comparison, compared, type Difference } from './compare.ts'
import { groupedBy } from './groups.ts'
import { type Needed, neededHere } from './needed.ts'

/** What registries should have, and where that knowledge comes from. */
export interface Plan {
  readonly publishers: readonly RecordedPublisher[]
  /** The text of trusted-publishers.json; what it says decides. Undefined if there is no such file. */
  readonly record: string | undefined
  /** What the pipeline needs and the record does not list. */
  readonly missing: readonly RecordedPublisher[]
  /** What the record has otherwise than the pipeline needs it. */
  readonly differing: readonly {
    readonly recorded: RecordedPublisher
    readonly needed: RecordedPublisher
    readonly found: readonly Difference[]
  }[]
  /** What the record lists and no job of the pipeline needs. */
  readonly unused: readonly RecordedPublisher[]
  /** What could not be told of the pipeline, as sentences. */
  readonly notes: readonly string[]
}

/** Reads it from the files of a repository. @throws Refusal if the record cannot be read; PipelineError */
export async function planOf(directory: string): Promise<Plan> {
  const record = await readFile(join(directory, RECORD_FILE), 'utf8').catch(absent)
  if (record === undefined) {
    const { needed, notes } = await neededHere(directory, [])
    const publishers = needed.map(({ publisher }) => publisher)
    const nothing = { differing: [], unused: [] }
    return { publishers, record, missing: publishers, ...nothing, notes }
  }
  const { publishers } = parsePublisherRecord(record)
  const hosts = publishers.map(({ registry }) => hostOf(registry))
  const { needed, notes, isWhole } = await neededHere(directory, hosts)
  const { missing, differing, unused } = besideRecord(publishers, needed)
  return { publishers, record, missing, differing, unused: isWhole ? unused : [], notes }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function besideRecord(
  recorded: readonly RecordedPublisher[],
  needed: readonly Needed[],
): Pick<Plan, 'missing' | 'differing' | 'unused'> {
  const key = ({ package: name, registry }: RecordedPublisher) => `${name} ${hostOf(registry)}`
  const groups = groupedBy(needed, ({ publisher }) => key(publisher))
  const known = groupedBy(recorded, key)
  const comparisons = [...groups].map(([group, wanted]) =>
    ofPackage(known.get(group) ?? [], wanted),
  )
  return {
    missing: comparisons.flatMap(({ missing }) => missing),
    differing: comparisons.flatMap(({ differing }) =>
      differing.map(({ there, wanted, found }) => ({ recorded: there, needed: wanted, found })),
    ),
    unused: [
      ...recorded.filter((one) => !groups.has(key(one))),
      ...comparisons.flatMap(({ surplus }) => surplus),
    ],
  }
}

function ofPackage(
  there: readonly RecordedPublisher[],
  wanted: readonly Needed[],
): Comparison<RecordedPublisher, RecordedPublisher> {
  const known = new Map(
    wanted.map(({ publisher, environmentKnown }) => [publisher, environmentKnown]),
  )
  return compared(there, [...known.keys()], (recorded, needed) =>
    demands(recorded, needed, known.get(needed) === true),
  )
}

/** What a recorded publisher demands that a job does not meet. What it leaves open, or demands besides, is no difference. */
function demands(
  recorded: RecordedPublisher,
  needed: RecordedPublisher,
  environmentKnown: boolean,
): readonly Difference[] {
  if (recorded.provider !== needed.provider) {
    return [{ field: 'provider', there: recorded.provider, wanted: needed.provider }]
  }
  return Object.entries(recorded.fields).flatMap(([field, there]) => {
    const wanted = needed.fields[field]
    if (wanted === undefined && (field !== 'environment' || !environmentKnown)) return []
    return isSame(field, there, wanted, recorded) ? [] : [{ field, there, wanted }]
  })
}

/** PyPI and trustpub take repositories and environments of GitHub in any case. */
function isSame(field: string, a = '', b = '', { provider, registry }: RecordedPublisher): boolean {
  const anyCase =
    provider === 'github' &&
    ['repository', 'environment'].includes(field) &&
    hostOf(registry) !== 'registry.npmjs.org'
  return anyCase ? a.toLowerCase() === b.toLowerCase() : a === b
}
