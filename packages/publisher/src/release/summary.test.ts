import { expect, it } from 'vitest'
import type { FileReport, Report } from './report.ts'
import { summaryOf } from './summary.ts'

const file: FileReport = {
  ecosystem: 'npm',
  registry: 'https://registry.example/',
  name: 'widget',
  version: '1.0.0',
  file: 'widget-1.0.0.tgz',
  size: 10,
  digest: `sha512:${'ab'.repeat(64)}`,
  outcome: 'published',
  details: 'tag latest',
  signed: true,
}
const report = (files: FileReport[], ok = true): Report => ({
  ok,
  dryRun: false,
  provider: 'GitHub Actions',
  run: undefined,
  files,
})

it('has a row for each file', () => {
  expect(summaryOf(report([file]))).toContain(
    '| widget&#64;1.0.0 | registry.example | published | tag latest, signed | sha512:abababababababab… |',
  )
})

it('lets nothing that comes from elsewhere be anything but text', () => {
  const message = 'a | b\n<script> [link](https://evil.example) `x` @acme'
  const problem = { code: 'upload_refused', message, claims: { sub: 'x|y', environment: '' } }
  const text = summaryOf(report([{ ...file, outcome: 'refused', problem }], false))
  expect(text).not.toMatch(/<script|\[link|`x`|@acme/)
  expect(text).toContain('**widget**: a &#124; b &#60;script')
  expect(text).toContain('| environment | absent |')
  expect(text).toContain('| sub | x&#124;y |')
})
