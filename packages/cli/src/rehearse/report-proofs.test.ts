import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { proofTable } from './report-proofs.ts'
import { isComplete, type PackageResult, type Proof, type Rehearsal } from './results.ts'

const pkg: PackageResult = {
  package: 'npm:@acme/widget',
  version: '1.0.0',
  exchanged: true,
  published: true,
  installed: true,
}

function step(...proofs: (Proof | undefined)[]) {
  const packages = proofs.map((proof) => (proof === undefined ? pkg : { ...pkg, proof }))
  return { step: 'npm publish', client: 'npm', packages, refusals: [], notes: [] }
}

function table(...proofs: (Proof | undefined)[]): string[] {
  const rehearsal = { jobs: [{ steps: [step(...proofs)] }] } as unknown as Rehearsal
  return proofTable(rehearsal, pc.createColors(false))
}

const all = { signature: true, provenance: true, attestations: true, verifiedBy: 'npm 11.19.1' }

describe('proofTable', () => {
  it('shows what was verified, and by whom', () => {
    expect(table(all, { attestations: true, verifiedBy: 'trustpub 1' })).toEqual([
      '',
      '     package             signature  provenance  attestations  verified by',
      '  ✓  @acme/widget 1.0.0  ✓          ✓           ✓             npm 11.19.1',
      '  ✓  @acme/widget 1.0.0  –          –           ✓             trustpub 1',
    ])
  })

  it('marks a package of which one proof failed', () => {
    expect(table({ ...all, provenance: false })[2]).toMatch(/^ {2}✗ .* ✓ +✗ +✓ +npm/)
  })

  it('is not there where nothing was signed', () => {
    expect(table(undefined)).toEqual([])
  })
})

describe('isComplete', () => {
  it('wants every proof that was made, and none that was not', () => {
    expect(isComplete(step(all, undefined))).toBe(true)
    expect(isComplete(step(all, { ...all, signature: false }))).toBe(false)
  })
})
