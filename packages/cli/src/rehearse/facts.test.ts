import type { Pipeline, PublishJob, Trigger } from '@trustpub/pipeline'
import { describe, expect, it } from 'vitest'
import { repositoryOf, runOf } from './facts.ts'

const place = { file: '.github/workflows/release.yml', line: 1, column: 1 }

function jobWith(triggers: readonly Trigger[]): PublishJob {
  return {
    id: 'publish',
    place,
    entry: place.file,
    file: place.file,
    triggers,
    environment: { known: true, value: 'release' },
    idToken: { granted: true, reason: '', variables: [] },
    publishes: [],
  }
}

const pipeline: Pipeline = {
  directory: '/somewhere/widget',
  provider: 'github',
  repository: { path: 'acme/widget', defaultBranch: 'trunk', commit: 'a'.repeat(40) },
  packages: [],
  jobs: [],
  unknowns: [],
}

function played(triggers: readonly Trigger[], choice = {}) {
  const started = runOf(pipeline, jobWith(triggers), choice, '1.2.3')
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

  it('says which events start a job that this one does not', () => {
    const started = runOf(pipeline, jobWith([{ event: 'release' }]), { event: 'push' }, '1.0.0')
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
