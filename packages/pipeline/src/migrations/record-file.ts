import { isDeepStrictEqual } from 'node:util'
import {
  formatPublisherRecord,
  parsePublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from '@trustpub/identity'
import { hostOf } from '../publishers/registries.ts'
import type { Release } from '../release.ts'
import type { ChangedFile } from './migration.ts'

/** `trusted-publishers.json` with what is needed, beside what somebody else has recorded. */
export function recordFile(
  publishers: readonly RecordedPublisher[],
  [release]: readonly Release[],
  harden: boolean,
): ChangedFile | undefined {
  const before = release?.source(RECORD_FILE)?.text
  const recorded = before === undefined ? [] : readRecord(before)
  if (recorded === undefined || publishers.length === 0) return undefined
  const kept = recorded.map((one) => (harden ? withEnvironment(one, publishers) : one))
  const missing = publishers.filter((one) => !recorded.some((other) => isSamePackage(one, other)))
  if (missing.length === 0 && kept.every((one, at) => one === recorded[at])) return undefined
  const after = formatPublisherRecord({ publishers: [...kept, ...missing] })
  // What nobody could read is better not written: a name that no registry takes, for instance.
  if (after === before || readRecord(after) === undefined) return undefined
  return { file: RECORD_FILE, before, after }
}

/** A recorded publisher with the environment that its job has got, if all the rest is as before. */
function withEnvironment(
  recorded: RecordedPublisher,
  publishers: readonly RecordedPublisher[],
): RecordedPublisher {
  const { environment, ...fields } = recorded.fields
  const now = publishers.find(
    (one) =>
      isSamePackage(one, recorded) &&
      isDeepStrictEqual({ ...fields, environment: one.fields.environment }, { ...one.fields }),
  )
  return environment === undefined && now?.fields.environment !== undefined
    ? { ...recorded, fields: now.fields }
    : recorded
}

function readRecord(text: string): readonly RecordedPublisher[] | undefined {
  try {
    return parsePublisherRecord(text).publishers
  } catch {
    // doctor says what is wrong with it; it must not be overwritten.
    return undefined
  }
}

/** A package has its publisher at a registry, whatever it says; doctor compares the rest. */
function isSamePackage(a: RecordedPublisher, b: RecordedPublisher): boolean {
  return (
    a.package === b.package &&
    hostOf(a.registry) === hostOf(b.registry) &&
    a.provider === b.provider
  )
}
