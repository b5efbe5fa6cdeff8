import type { FileReport, Outcome, Report } from '@trustpub/publisher'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import { reportLines } from './report.ts'

const colour = pc.createColors(false)
const file = (name: string, outcome: Outcome): FileReport => ({
  ecosystem: 'npm',
  registry: 'https://registry.example/',
  name,
  version: '1.0.0',
  file: `${name}-1.0.0.tgz`,
  size: 1,
  digest: 'sha512:00',
  outcome,
  details: 'tag latest',
  signed: false,
})

function lines(files: FileReport[], more: Partial<Report> = {}): string {
  const ok = files.every(({ outcome }) => outcome !== 'refused')
  const report = { ok, dryRun: false, provider: 'GitHub Actions', run: undefined, files, ...more }
  return reportLines(report, colour).join('\n')
}

it.each<[Outcome[], string]>([
  [['published', 'not seen'], 'The release is out.'],
  [['already there', 'published'], 'The release is out.'],
  [['already there', 'already there'], 'Everything was there already.'],
  [['refused', 'held back'], 'Nothing was uploaded.'],
  [['published', 'refused', 'held back'], '1 of 3 files were uploaded.'],
])('ends, after %j, with: %s', (outcomes, verdict) => {
  expect(lines(outcomes.map((outcome) => file('widget', outcome)))).toContain(verdict)
})

it('says that a dry run uploaded nothing', () => {
  expect(lines([file('widget', 'would be published')], { dryRun: true })).toContain('dry run')
})

it('shows the cause, and which claims are absent', () => {
  const problem = {
    code: 'exchange_refused',
    message: 'registry.example gave no token.',
    cause: 'The environment is missing.',
    claims: { repository: 'acme/widget', environment: '' },
  }
  const text = lines([{ ...file('widget', 'refused'), problem }])
  expect(text).toContain('The environment is missing.')
  expect(text).toMatch(/^ +environment +absent$/m)
})
