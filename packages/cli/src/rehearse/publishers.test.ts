import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordedPublisher } from '@trustpub/identity'
import { contested, type Pipeline } from '@trustpub/pipeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPublishers } from './publishers.ts'
import { testJob, testPipeline, testStep } from './testing.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustpub-publishers-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

function pipeline(): Pipeline {
  return testPipeline({
    directory,
    packages: [
      { ecosystem: 'npm', name: '@acme/widget', version: '1.0.0', directory: '.', private: false },
    ],
    jobs: [testJob({ publishes: [testStep()] })],
  })
}

const entry = {
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  repository: 'acme/widget',
  workflow: 'publish.yml',
}

describe('findPublishers', () => {
  it('takes the publishers of this CI from the record', async () => {
    const record = {
      publishers: [entry, { ...entry, provider: 'gitlab', workflow: '.gitlab-ci.yml' }],
    }
    await writeFile(join(directory, 'trusted-publishers.json'), JSON.stringify(record))
    const { publishers, recorded } = await findPublishers(pipeline())
    expect(recorded).toBe(true)
    expect(publishers.map(({ fields }) => fields.workflow)).toEqual(['publish.yml'])
  })

  it('works out what the pipeline needs where nothing is recorded', async () => {
    const { publishers, recorded } = await findPublishers(pipeline())
    expect(recorded).toBe(false)
    expect(publishers).toEqual([
      {
        package: 'npm:@acme/widget',
        registry: 'https://registry.npmjs.org/',
        provider: 'github',
        fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'release' },
        permissions: ['publish'],
      },
    ])
  })

  it('refuses a record that cannot be used', async () => {
    await writeFile(
      join(directory, 'trusted-publishers.json'),
      '{"publishers": [{"package": "widget"}]}',
    )
    await expect(findPublishers(pipeline())).rejects.toMatchObject({ code: 'record_invalid' })
  })
})

describe('contested', () => {
  const publisher = (workflow: string, environment?: string): RecordedPublisher => ({
    package: 'npm:@acme/widget',
    registry: 'https://registry.npmjs.org/',
    provider: 'github',
    fields: { repository: 'acme/widget', workflow, ...(environment && { environment }) },
    permissions: ['publish'],
  })

  it('names the workflows that npmjs.com would have to trust both', () => {
    expect(contested([publisher('release.yml', 'npm'), publisher('canary.yml')])).toEqual([
      expect.stringContaining('(release.yml with environment npm; canary.yml)'),
    ])
  })

  it('is silent about one publisher per package, and about other registries', () => {
    const elsewhere = { ...publisher('canary.yml'), registry: 'https://packages.acme.test/' }
    expect(contested([publisher('release.yml'), elsewhere])).toEqual([])
  })
})
