import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { completed, planOf } from './plan.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustpub-plan-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const WORKFLOW = `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: release
    permissions: { id-token: write }
    steps:
      - run: npm publish
`

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

const manifest = (repository?: string) =>
  JSON.stringify({ name: '@acme/widget', version: '1.0.0', ...(repository && { repository }) })

const FIELDS = { repository: 'acme/widget', workflow: 'release.yml', environment: 'release' }
const entry = (changes: object = {}) => ({
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  ...FIELDS,
  permissions: ['publish'],
  ...changes,
})

describe('planOf', () => {
  it('is what the pipeline needs where nothing is recorded', async () => {
    write({ '.github/workflows/release.yml': WORKFLOW, 'package.json': manifest('acme/widget') })
    const plan = await planOf(directory)
    expect(plan).toMatchObject({ recorded: false, publishers: [{ fields: FIELDS }] })
    expect(JSON.parse(completed(plan)).publishers).toEqual([entry()])
  })

  it('is what is recorded, and says what the pipeline needs besides', async () => {
    const record = { publishers: [entry({ environment: 'npm' }), entry({ package: 'npm:other' })] }
    write({
      '.github/workflows/release.yml': WORKFLOW,
      'package.json': manifest('acme/widget'),
      'trusted-publishers.json': JSON.stringify(record),
    })
    const plan = await planOf(directory)
    expect(plan.publishers.map(({ fields }) => fields.environment)).toEqual(['npm', 'release'])
    expect(plan.unrecorded).toMatchObject([{ fields: FIELDS }])
    expect(JSON.parse(completed(plan)).publishers).toEqual(record.publishers)
  })

  it('does not invent a repository', async () => {
    write({ '.github/workflows/release.yml': WORKFLOW, 'package.json': manifest() })
    expect(await planOf(directory)).toMatchObject({ publishers: [], nameless: true })
  })

  it('leaves out registries of which nothing is known', async () => {
    const workflow = WORKFLOW.replace(
      'npm publish',
      'npm publish --registry https://npm.acme.example/',
    )
    write({ '.github/workflows/release.yml': workflow, 'package.json': manifest('acme/widget') })
    expect((await planOf(directory)).publishers).toEqual([])
  })
})
