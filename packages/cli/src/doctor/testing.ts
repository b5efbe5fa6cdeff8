import type { Finding } from '@trustpub/pipeline'
import type { Diagnosis } from './examine.ts'

const FILE = '.github/workflows/release.yml'

/** A workflow of a few lines, which findings point into. */
export const TEXT = 'on: push\njobs:\n  publish:\n    runs-on: self-hosted # 100%, or "so"\n'

export function testFinding(changes: Partial<Finding> = {}): Finding {
  return {
    check: 'self-hosted-runner',
    severity: 'error',
    place: { file: FILE, line: 4, column: 5 },
    message: 'It says "no" | 100%, of course:\nyes.',
    fix: 'Use `ubuntu-latest`.',
    ...changes,
  }
}

export function testDiagnosis(changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    directory: '/somewhere',
    hasCi: true,
    publishes: true,
    findings: [testFinding()],
    ignored: [],
    unknowns: [],
    source: (file) => (file === FILE ? { file, text: TEXT } : undefined),
    ...changes,
  }
}
