import type { RecordedPublisher } from '@trustpub/identity'
import { repositoryOf, type Trigger } from '@trustpub/pipeline'
import { describe, expect, it } from 'vitest'
import { inRecordedRepository, runOf } from './facts.ts'
import { testJob, testPipeline } from './testing.ts'

const pipeline = testPipeline({
  repository: { path: 'acme/widget', defaultBranch: 'trunk', commit: 'a'.repeat(40) },
})

function played(triggers: readonly Trigger[], choice = {}) {
  const started = runOf(pipeline, testJob({ triggers }), choice, '1.2.3')
  if ('notStarted' in started) throw new Error(started.notStarted)
  return started.run
}

describe('runOf', () => {
  it.each<[string, Trigger[], string, string]>([
    ['a release', [{ event: 'release' }], 'release', 'refs/tags/v1.2.3'],
    ['a tag pattern', [{ event: 'push', tags: ['v*'] }], 'push', 'refs/tags/v1.2.3'],
    [
      'a tag pattern without v',
      [{ event: 'push', tags: ['[0-9]+.[0-9]+.[0-9]+'] }],
      'push',
      'refs/tags/1.2.3',
    ],
    [
      'a tag pattern of a monorepo',
      [{ event: 'push', tags: ['widget@*'] }],
      'push',
      'refs/tags/widget@1.2.3',
    ],
    ['a branch', [{ event: 'push', branches: ['main'] }], 'push', 'refs/heads/main'],
    [
      'branches by pattern',
      [{ event: 'push', branches: ['release/**'] }],
      'push',
      'refs/heads/trunk',
    ],
    ['a start by hand', [{ event: 'workflow_dispatch' }], 'workflow_dispatch', 'refs/heads/trunk'],
    [
      'a release before a push',
      [{ event: 'push', branches: ['main'] }, { event: 'release' }],
      'release',
      'refs/tags/v1.2.3',
    ],
    [
      'a tag before a start by hand',
      [{ event: 'workflow_dispatch' }, { event: 'push', tags: ['v*'] }],
      'push',
      'refs/tags/v1.2.3',
    ],
    [
      'a push before a tag that a person starts a pipeline for',
      [{ event: 'tag', byHand: true }, { event: 'push' }],
      'push',
      'refs/heads/trunk',
    ],
  ])('plays %s', (_, triggers, event, ref) => {
    expect(played(triggers)).toMatchObject({
      event,
      ref,
      environment: 'release',
      repository: 'acme/widget',
    })
  })

  it('plays the event, ref and environment that were asked for', () => {
    const triggers = [{ event: 'release' }, { event: 'workflow_dispatch' }]
    const choice = { event: 'workflow_dispatch', ref: 'refs/heads/next', environment: 'staging' }
    expect(played(triggers, choice)).toMatchObject(choice)
  })

  it('plays the environment that an expression falls back to', () => {
    const environment = { known: false, expression: '', otherwise: 'npm' } as const
    const job = testJob({ triggers: [{ event: 'push' }], environment })
    expect(runOf(pipeline, job, {}, '1.0.0')).toMatchObject({ run: { environment: 'npm' } })
  })

  it('says which events start a job that this one does not', () => {
    const started = runOf(
      pipeline,
      testJob({ triggers: [{ event: 'release' }] }),
      { event: 'push' },
      '1.0.0',
    )
    expect(started).toEqual({
      notStarted: '.github/workflows/release.yml is started by release, not by push',
    })
  })
})

describe('repositoryOf', () => {
  it('invents a name only where the repository has none', () => {
    expect(repositoryOf(pipeline)).toBe('acme/widget')
    expect(repositoryOf({ ...pipeline, repository: { defaultBranch: 'main' } })).toBe(
      'example/widget',
    )
  })
})

describe('inRecordedRepository', () => {
  const publisher = (repository: string): RecordedPublisher => ({
    package: 'npm:a',
    registry: 'https://registry.npmjs.org/',
    provider: 'github',
    fields: { repository, workflow: 'release.yml' },
    permissions: ['publish'],
  })
  const nameless = { ...pipeline, repository: { defaultBranch: 'main' } }

  it('takes the repository that all publishers name, and says so', () => {
    const found = inRecordedRepository(nameless, [publisher('acme/a'), publisher('acme/a')])
    expect(found.repository.path).toBe('acme/a')
    expect(found.unknowns[0]?.sentence).toContain('played as acme/a')
  })

  it('does not choose between two, nor against the git remote', () => {
    expect(inRecordedRepository(nameless, [publisher('acme/a'), publisher('acme/b')])).toBe(
      nameless,
    )
    expect(inRecordedRepository(pipeline, [publisher('acme/a')])).toBe(pipeline)
  })
})
