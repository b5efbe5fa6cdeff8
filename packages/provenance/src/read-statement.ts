import { refuse } from './errors.ts'
import {
  PREDICATE_TYPES,
  PYPI_PUBLISH,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_V1,
  STATEMENT_V01,
  type Statement,
  type Subject,
} from './statement.ts'

/**
 * Reads the statement that a bundle signs: about one subject, of a predicate type that is accepted.
 * @throws Refusal `payload_type_unknown`, `statement_malformed`, `subjects_several`, `predicate_unknown`
 */
export function readStatement(
  payloadType: string,
  payload: Buffer,
  predicateTypes: readonly string[] = PREDICATE_TYPES,
): Statement {
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) {
    const expected = STATEMENT_PAYLOAD_TYPE
    throw refuse('payload_type_unknown', { payloadType: payloadType.slice(0, 100), expected })
  }
  const { _type, subject, predicateType, predicate } = parse(payload)
  if (_type !== STATEMENT_V1 && _type !== STATEMENT_V01)
    throw malformed('its _type is not that of a statement of version 0.1 or 1')
  if (typeof predicateType !== 'string') throw malformed('it has no predicateType')
  if (!predicateTypes.includes(predicateType)) {
    const known = predicateTypes.join(', ')
    throw refuse('predicate_unknown', { predicateType: predicateType.slice(0, 200), known })
  }
  checkPredicate(predicateType, predicate)
  return { _type, subject: [onlySubject(subject)], predicateType, predicate }
}

function parse(payload: Buffer): Readonly<Record<string, unknown>> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload)
    const json: unknown = JSON.parse(text)
    if (isObject(json)) return json
  } catch {
    throw malformed('it is not JSON in UTF-8')
  }
  throw malformed('it is not an object')
}

function onlySubject(subjects: unknown): Subject {
  if (!Array.isArray(subjects) || subjects.length === 0) throw malformed('it names no subject')
  if (subjects.length > 1) throw refuse('subjects_several', { count: subjects.length })
  const [subject] = subjects as [unknown]
  if (!isObject(subject) || typeof subject.name !== 'string' || subject.name === '')
    throw malformed('its subject has no name')
  const { name, digest } = subject
  if (!isObject(digest) || !Object.values(digest).every(isHex))
    throw malformed('its subject has no digest')
  return { name, digest: digest as Subject['digest'] }
}

/** PyPI demands that the predicate of a publish attestation is empty; provenance is an object. */
function checkPredicate(predicateType: string, predicate: unknown): void {
  if (predicateType !== PYPI_PUBLISH) {
    if (!isObject(predicate)) throw malformed('its predicate is not an object')
    return
  }
  const empty = predicate === undefined || predicate === null
  if (!empty && !(isObject(predicate) && Object.keys(predicate).length === 0))
    throw malformed('the predicate of a publish attestation must be empty')
}

/**
 * Refuses a statement that is not about the expected file: same name, and same digest for every algorithm given.
 * @throws Refusal `subject_mismatch`, `digest_mismatch`
 */
export function requireSubject(statement: Statement, expected: Subject): void {
  const [actual] = statement.subject
  if (actual?.name !== expected.name) {
    const name = actual?.name.slice(0, 300) ?? ''
    throw refuse('subject_mismatch', { actual: name, expected: expected.name })
  }
  const digests = Object.entries(expected.digest)
  if (digests.length === 0) throw new Error('A subject without a digest cannot be compared')
  for (const [algorithm, digest] of digests) {
    const given = Object.hasOwn(actual.digest, algorithm) ? actual.digest[algorithm] : undefined
    if (given === digest) continue
    const values = { name: actual.name, algorithm, actual: given ?? 'nothing', expected: digest }
    throw refuse('digest_mismatch', values)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHex(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{1,256}$/.test(value)
}

function malformed(reason: string): Error {
  return refuse('statement_malformed', { reason })
}
