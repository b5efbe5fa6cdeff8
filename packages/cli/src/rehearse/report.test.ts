import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { reportLines } from './report.ts'
import type { JobResult, Rehearsal, StepResult } from './results.ts'

const plain = pc.createColors(false)

const step: StepResult = {
  step: 'npm publish',
  client: 'npm 11.19.1',
  packages: [
    {
      package: 'npm:@acme/widget',
      version: '1.0.0',
      exchanged: true,
      published: true,
      installed: true,
      imported: true,
    },
  ],
  refusals: [],
  notes: [],
}

const job: JobResult = {
  job: 'publish',
  entry: '.github/workflows/release.yml',
  event: 'release',
  ref: 'refs/tags/v1.0.0',
  idToken: { granted: true, reason: 'granted in the job' },
  steps: [step],
}

function report(jobs: readonly JobResult[], ok: boolean, unknowns: readonly string[] = []): string {
  const rehearsal: Rehearsal = {
    directory: '/widget',
    provider: 'github',
    repository: 'acme/widget',
    ok,
    jobs,
    unknowns,
  }
  return reportLines(rehearsal, plain).join('\n')
}

const unpublished = [{ package: 'npm:@acme/widget', exchanged: false, published: false }]

describe('reportLines', () => {
  it('shows a release that works in one table', () => {
    expect(
      report([job], true),
    ).toBe(`Rehearsal of /widget: acme/widget on GitHub Actions, release of refs/tags/v1.0.0

     job      client       package             ID token  exchange  upload  install  import
  ✓  publish  npm 11.19.1  @acme/widget 1.0.0  ✓         ✓         ✓       ✓        ✓

The package was published without a stored token, installed and imported.`)
  })

  it('shows expected and actual claims of a refusal side by side', () => {
    const refusal = {
      code: 'environment_mismatch',
      reason: 'The claim environment is "staging".',
      checks: [
        {
          claim: 'repository',
          expected: 'acme/widget',
          actual: 'acme/widget',
          ok: true,
          code: 'repository_mismatch',
        },
        {
          claim: 'environment',
          expected: 'release',
          actual: 'staging',
          ok: false,
          code: 'environment_mismatch',
        },
      ],
    } as const
    const text = report(
      [{ ...job, steps: [{ ...step, packages: unpublished, refusals: [refusal] }] }],
      false,
    )
    expect(text).toContain('The claim environment is "staging". [environment_mismatch]')
    expect(text).toContain(`       claim        publisher expects  token says
    ✓  repository   acme/widget        acme/widget
    ✗  environment  release            staging`)
    expect(text).toContain('This release would fail.')
  })

  it('names what keeps a job from its ID token', () => {
    const denied = {
      ...job,
      idToken: { granted: false, reason: 'Write id-token: write into the job.' },
    }
    const text = report(
      [{ ...denied, steps: [{ ...step, packages: unpublished, output: 'ENEEDAUTH' }] }],
      false,
    )
    expect(text).toContain('Write id-token: write into the job.')
    expect(text).toContain('│ ENEEDAUTH')
  })

  it('names the files of jobs that share a key', () => {
    const other = { ...job, entry: '.github/workflows/release_b.yml' }
    const text = report([job, other, { ...job, job: 'python' }], true)
    expect(text).toMatch(
      /release\.yml\/publish +npm[\s\S]*release_b\.yml\/publish +npm[\s\S]* python +npm/,
    )
  })

  it('says what is missing on this machine without calling the release broken', () => {
    const missing = {
      ...step,
      packages: unpublished,
      missing: 'Python 3.9 or newer is not installed.',
    }
    const text = report([job, { ...job, job: 'python', steps: [missing] }], false)
    expect(text).toContain('Python 3.9 or newer is not installed.')
    expect(text).toContain('What could be played went well')
  })

  it('lists jobs that this event does not start, and what is not known', () => {
    const text = report(
      [{ ...job, notStarted: 'started by release, not by push', steps: [] }],
      false,
      ['Tool x is not played.'],
    )
    expect(text).toContain('publish  started by release, not by push')
    expect(text).toContain('Not played, or not known\n  Tool x is not played.')
    expect(text).toContain('No job was started, so nothing was published.')
  })

  it('tells a step that is none of its business from one that fails', () => {
    const other = { ...step, packages: [], passedOver: 'It uploads to npm.pkg.github.com.' }
    const text = report([{ ...job, steps: [step, other] }], true)
    expect(text).toMatch(/– +publish +npm \S+ +not played/)
    expect(text).toContain('  It uploads to npm.pkg.github.com.')
    expect(text).toContain('The package was published')
  })

  it('tells a release that fails from one whose package does not work', () => {
    const [pkg] = step.packages
    if (pkg === undefined) throw new Error('no package')
    const broken = { ...step, packages: [{ ...pkg, imported: false }], output: 'Cannot find a.js' }
    expect(report([{ ...job, steps: [broken] }], false)).toContain(
      'This release would go through, but what it publishes does not work.',
    )
    const refused = { ...step, clientFailed: true, output: 'cannot publish over' } as const
    expect(report([{ ...job, steps: [refused] }], false)).toContain('This release would fail.')
  })
})
