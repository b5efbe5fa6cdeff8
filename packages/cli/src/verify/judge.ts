import { Refusal } from '@trustpub/identity'
import { refuse } from './errors.ts'
import type { Evidence } from './evidence.ts'
import { type Expectation, requireExpected } from './expectation.ts'
import type { FileFinding, Problem } from './finding.ts'
import type { Item, SkippedItem } from './item.ts'

/** Where nothing was expected, a person who asks for one package wants to know that nothing vouches for it. */
const ADVICE: Readonly<Record<Item['kind'], string>> = {
  npm: 'Its publisher can add both by publishing again with provenance.',
  pypi: 'Its publisher can add attestations with the next release.',
  file: 'Name its bundle with --bundle, or verify the published package in its place.',
  skipped: '',
}

/** Weighs what is known of a file against what is expected of it. */
export function judge(evidence: Evidence, item: Item, expected: Expectation): FileFinding {
  const { file, digest, read, signatures, checked, environment } = evidence
  const attestations = checked.map(({ attested }) => {
    const { builder } = attested
    if (builder === undefined || environment === undefined) return attested
    return { ...attested, builder: { environment, ...builder } }
  })
  const unmet = evidence.problems.length > 0 ? [] : unmetBy(evidence, item, expected)
  return {
    file,
    digest,
    read,
    signatures,
    attestations,
    missing: missingOf(evidence, item),
    problems: [...evidence.problems, ...unmet].map(problemOf),
  }
}

/** What is of no registry is told, and fails where anything is expected: or a changed lock file would get round that. */
export function judgeSkipped({ title, reason }: SkippedItem, expected: Expectation): Problem {
  const { publisher, require = 'nothing' } = expected
  if (publisher === undefined && require === 'nothing') return { code: 'skipped', message: reason }
  return problemOf(refuse('registry_required', { package: title, reason }))
}

/** As it is told: the code and the sentence. */
export function problemOf({ code, message }: Refusal): Problem {
  return { code, message }
}

function missingOf({ checked, signatures }: Evidence, { kind }: Item): string[] {
  const built = checked.some(({ signer }) => signer !== undefined)
  return [
    ...(kind === 'npm' && signatures.length === 0 ? ["the registry's signature"] : []),
    ...(built ? [] : [kind === 'npm' ? 'provenance' : 'attestations']),
  ]
}

function unmetBy(evidence: Evidence, item: Item, expected: Expectation): Refusal[] {
  const { file, checked, signatures, signs } = evidence
  const signers = checked.flatMap(({ signer }) => signer ?? [])
  const { publisher, require } = expected
  if (publisher !== undefined || require === 'provenance') {
    if (signers.length === 0) return [refuse('provenance_required', { file })]
  }
  if (publisher !== undefined) {
    // Each has to be the expected run: a good one must not cover for a stranger's.
    const unexpected = signers.flatMap((signer) => {
      try {
        requireExpected(publisher, signer, evidence)
        return []
      } catch (error) {
        if (error instanceof Refusal) return [error]
        throw error
      }
    })
    return unexpected.slice(0, 1)
  }
  if (require === 'nothing') return []
  if (signs && signatures.length === 0 && item.kind === 'npm') {
    const values = { package: file, registry: item.registry.host }
    return [refuse('signature_missing', values)]
  }
  if (signatures.length > 0 || checked.length > 0) return []
  if (require === 'signature') return [refuse('signature_required', { file })]
  return isOfLock(item) ? [] : [refuse('nothing_found', { file, advice: ADVICE[item.kind] })]
}

function isOfLock(item: Item): boolean {
  return 'integrity' in item || 'sha256' in item
}
