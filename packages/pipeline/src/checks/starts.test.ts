import { describe, expect, it } from 'vitest'
import { readOne } from '../repository/repository.test.util.ts'
import { lostBehindAlways, startsOf } from './starts.ts'

/** The events that let the only publish run, tags and branches behind a colon. */
async function starts(
  on: object,
  job?: string,
  step?: string,
  before?: string,
): Promise<readonly string[]> {
  const workflow = {
    on,
    jobs: {
      ...(before !== undefined && { build: { if: before, steps: [{ run: 'npm test' }] } }),
      publish: {
        ...(before !== undefined && { needs: 'build' }),
        ...(job !== undefined && { if: job }),
        steps: [{ run: 'npm publish', ...(step !== undefined && { if: step }) }],
      },
    },
  }
  const { jobs } = await readOne({
    'package.json': '{"name":"@acme/widget","version":"1.0.0"}',
    '.github/workflows/release.yml': JSON.stringify(workflow),
  })
  const [found] = jobs
  if (found === undefined) return []
  return startsOf(found, found.publishes[0]).map(({ event, tags, branches }) =>
    [event, ...(tags ?? []), ...(branches ?? [])].join(':'),
  )
}

const EVERYTHING = {
  push: null,
  pull_request: null,
  release: { types: ['published'] },
  workflow_dispatch: null,
}

describe('what starts a publish', () => {
  it.each<[string, object, string | undefined, string | undefined, readonly string[]]>([
    ['no condition', { push: { tags: ['v*'] } }, undefined, undefined, ['push:v*']],
    ['the name of an event', EVERYTHING, "github.event_name == 'release'", undefined, ['release']],
    [
      'the name of an event that does not count',
      EVERYTHING,
      undefined,
      `\${{ github.event_name != 'pull_request' }}`,
      ['push', 'release', 'workflow_dispatch'],
    ],
    [
      'a tag',
      EVERYTHING,
      "startsWith(github.ref, 'refs/tags/v')",
      undefined,
      ['push:**', 'release', 'workflow_dispatch'],
    ],
    [
      'a tag of the event itself',
      EVERYTHING,
      "startsWith(github.event.ref, 'refs/tags/v')",
      undefined,
      ['push:**', 'release', 'workflow_dispatch'],
    ],
    [
      'an event and a tag',
      EVERYTHING,
      "github.event_name == 'push' && startsWith(github.ref, 'refs/tags')",
      undefined,
      ['push:**'],
    ],
    [
      'one of two events',
      EVERYTHING,
      "github.event_name == 'release' || github.event_name == 'workflow_dispatch'",
      undefined,
      ['release', 'workflow_dispatch'],
    ],
    [
      'a tag, of a workflow for branches',
      { push: { branches: ['main'] } },
      "github.ref_type == 'tag'",
      undefined,
      [],
    ],
    [
      'a tag, of a workflow for both',
      { push: { branches: ['main'], tags: ['v*'] } },
      "github.ref_type == 'tag'",
      undefined,
      ['push:v*'],
    ],
    [
      'a tag and one of two events in brackets',
      { ...EVERYTHING, schedule: [{ cron: '0 4 * * *' }] },
      `\${{ needs.build.result == 'success' && startsWith(github.ref, 'refs/tags/v') && (github.event_name == 'push' || github.event_name == 'workflow_dispatch') }}`,
      undefined,
      ['push:**', 'workflow_dispatch'],
    ],
    [
      'an event with a tag, or another event',
      EVERYTHING,
      "github.event_name == 'push' && startsWith(github.ref, 'refs/tags/') || github.event_name == 'release'",
      undefined,
      ['push:**', 'release'],
    ],
    [
      'the denial of what stands in brackets',
      { push: null, release: null },
      "!(github.event_name == 'push' && github.ref == 'refs/heads/main')",
      undefined,
      ['push', 'release'],
    ],
    [
      'a condition that is not understood',
      EVERYTHING,
      "(github.event_name == 'push' || inputs.force) && !cancelled()",
      undefined,
      ['push', 'pull_request', 'release', 'workflow_dispatch'],
    ],
  ])('%s', async (_, on, job, step, expected) => {
    expect(await starts(on, job, step)).toEqual(expected)
  })
})

describe('what starts a publish that waits for another job', () => {
  const tagged = "startsWith(github.ref, 'refs/tags/')"
  it('is what lets that one run', async () => {
    expect(await starts({ push: null }, undefined, undefined, tagged)).toEqual(['push:**'])
  })

  it('is anything where it does not mind that one', async () => {
    expect(await starts({ push: null }, 'always()', undefined, tagged)).toEqual(['push'])
  })
})

describe('what a job in between does not mind', () => {
  const chain = (publish: object) => ({
    on: { push: null, workflow_dispatch: null },
    jobs: {
      changes: { if: "github.event_name == 'push'", steps: [{ run: 'npm test' }] },
      build: { needs: 'changes', if: 'always()', steps: [{ run: 'npm test' }] },
      publish: { needs: 'build', ...publish, steps: [{ run: 'npm publish' }] },
    },
  })

  it.each<[string, object, readonly string[], readonly string[]]>([
    ['skips the publish behind it', {}, ['push'], ['workflow_dispatch']],
    ['is not minded by a publish that asks', { if: 'always()' }, ['push', 'workflow_dispatch'], []],
    ['is not missed where it is not meant', { if: "github.event_name == 'push'" }, ['push'], []],
  ])('%s', async (_, publish, started, lost) => {
    const { jobs } = await readOne({
      'package.json': '{"name":"@acme/widget","version":"1.0.0"}',
      '.github/workflows/release.yml': JSON.stringify(chain(publish)),
    })
    const [job] = jobs
    const [step] = job?.publishes ?? []
    if (job === undefined || step === undefined) throw new Error('no publish')
    expect(startsOf(job, step).map(({ event }) => event)).toEqual(started)
    expect(lostBehindAlways(job, step)).toEqual(lost)
  })
})
