import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { FileFinding, Finding, Status } from './finding.ts'
import { detailLines, summaryLines } from './report.ts'

const plain = pc.createColors(false)

const FILE: FileFinding = {
  file: 'w@1.0.0',
  digest: 'sha512-x',
  read: true,
  signatures: ['SHA256:key'],
  attestations: [
    {
      subject: 'pkg:npm/w@1.0.0',
      predicateType: 'https://slsa.dev/provenance/v1',
      time: '2026-01-01T00:00:00.000Z',
      logIndex: '7',
      builder: {
        repository: 'https://github.com/acme/w',
        workflow: 'acme/w/.github/workflows/release.yml@refs/tags/v1.0.0',
        ref: 'refs/tags/v1.0.0',
        commit: 'c0ffee',
        run: '',
        issuer: 'https://token.actions.githubusercontent.com',
      },
    },
  ],
  missing: [],
  problems: [],
}

function finding(status: Status, changes: Partial<Finding> = {}): Finding {
  const registry = 'https://registry.npmjs.org/'
  return {
    title: 'npm:w@1.0.0',
    kind: 'npm',
    status,
    registry,
    files: [FILE],
    problems: [],
    ...changes,
  }
}

describe('the report on one package', () => {
  it('says who built it, and leaves out what nobody knows', () => {
    expect(detailLines(finding('provenance'), plain)).toEqual([
      '✓ npm:w@1.0.0  registry.npmjs.org',
      '  digest        sha512-x',
      '  signature     of the registry, key SHA256:key',
      '  attestation   https://slsa.dev/provenance/v1 (signed 2026-01-01T00:00:00.000Z, log entry 7)',
      '    repository  https://github.com/acme/w',
      '    workflow    acme/w/.github/workflows/release.yml@refs/tags/v1.0.0',
      '    ref         refs/tags/v1.0.0',
      '    commit      c0ffee',
    ])
  })

  it('says what is missing and what is wrong', () => {
    const problems = [{ code: 'x', message: 'It is wrong.' }]
    const file = { ...FILE, signatures: [], attestations: [], missing: ['provenance'], problems }
    expect(detailLines(finding('failed', { files: [file] }), plain)).toEqual([
      '✗ npm:w@1.0.0  registry.npmjs.org',
      '  digest   sha512-x',
      '  missing  provenance',
      '  problem  It is wrong.',
    ])
  })
})

describe('the report on a lock file', () => {
  it('tells each failure, names what has nothing, and counts', () => {
    const problems = [{ code: 'x', message: 'It is wrong.' }]
    const lines = summaryLines(
      [
        finding('provenance'),
        finding('provenance'),
        finding('nothing', { title: 'pypi:n==1' }),
        finding('failed', {
          title: 'npm:f@1.0.0',
          files: [
            { ...FILE, problems },
            { ...FILE, problems },
          ],
        }),
      ],
      plain,
    )
    expect(lines).toEqual([
      'Nothing vouches for:',
      '  – pypi:n==1',
      '✗ npm:f@1.0.0',
      '  It is wrong.',
      '',
      '  ✓  verified provenance  2',
      '  –  nothing              1',
      '  ✗  failed               1',
    ])
  })

  it('lets nothing of a lock file reach the terminal or the CI as a command', () => {
    const title = '::add-mask::x\u001b[2J\n::error::y ##[error]z'
    const problems = [{ code: 'x', message: '::warning::w' }]
    for (const status of ['skipped', 'nothing', 'failed'] as const) {
      const evil = finding(status, { title, problems })
      for (const lines of [summaryLines([evil], plain), detailLines(evil, plain)]) {
        const text = lines.join('\n')
        expect(text).not.toMatch(/^\s*::/m)
        expect(text).not.toContain('##[')
        expect(text).not.toContain('\u001b')
      }
    }
  })
})
