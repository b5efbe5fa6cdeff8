import type { Finding } from '@trustpub/pipeline'
import type { Json } from '../verify/json.ts'
import type { Diagnosis } from './examine.ts'
import { countsOf } from './report.ts'

/** A diagnosis as `--json` prints it. */
export function jsonOf(diagnosis: Diagnosis): Json {
  const { publishes, findings, ignored, unknowns } = diagnosis
  const counts = countsOf(diagnosis)
  return {
    ok: counts.errors === 0,
    publishes,
    counts,
    findings: findings.map(findingOf),
    ignored: ignored.map((one) => ({ ...findingOf(one), reason: one.reason })),
    unknowns: unknowns.map(({ place, sentence }) => ({ ...place, sentence })),
  }
}

function findingOf({ check, severity, place, message, fix, edits }: Finding): Json {
  return { check, severity, ...place, message, fix, fixable: edits !== undefined }
}
