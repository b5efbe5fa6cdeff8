import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planOf } from './plan.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustpub-plan-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const job = (more = 'environment: release', command = 'npm publish') => `
    runs-on: ubuntu-latest
    ${more}
    permissions: { id-token: write }
    steps:
      - run: ${command}
`
const workflow = (...jobs: string[]) =>
  `on: push\njobs:${jobs.map((text, index) => `\n  job${index}:${text}`).join('')}`

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

const manifest = (repository?: string, name = '@acme/widget') =>
  JSON.stringify({ name, version: '1.0.0', ...(repository && { repository }) })

const FIELDS = { repository: 'acme/widget', workflow: 'release.yml', environment: 'release' }
const entry = (changes: object = {}) => ({
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  ...FIELDS,
  permissions: ['publish'],
  ...changes,
})

function repository(text: string, ...entries: object[]): void {
  write({
    '.github/workflows/release.yml': text,
    'package.json': manifest('acme/widget'),
    ...(entries.length > 0 && {
      'trusted-publishers.json': JSON.stringify({ publishers: entries }),
    }),
  })
}

describe('planOf', () => {
  it('has nothing for public registries of a server that they do not know', async () => {
    write({
      '.gitlab-ci.yml': 'upload:\n  script: npm publish\n',
      'package.json': manifest('https://git.acme.example/acme/widget'),
    })
    const plan = await planOf(directory)
    expect(plan.publishers).toEqual([])
    expect(plan.notes).toEqual([expect.stringContaining('The repository is at git.acme.example')])
  })

  it('is what the pipeline needs where nothing is recorded', async () => {
    repository(workflow(job()))
    const plan = await planOf(directory)
    expect(plan).toMatchObject({ record: undefined, publishers: [{ fields: FIELDS }], unused: [] })
    expect(plan.missing).toEqual(plan.publishers)
  })

  it('is what is recorded, and says in what the pipeline differs', async () => {
    repository(workflow(job()), entry({ environment: 'npm' }))
    const plan = await planOf(directory)
    expect(plan.publishers).toMatchObject([{ fields: { environment: 'npm' } }])
    expect(plan.differing).toMatchObject([
      { found: [{ field: 'environment', there: 'npm', wanted: 'release' }] },
    ])
    expect([plan.missing, plan.unused]).toEqual([[], []])
  })

  it('has a job without an environment for different where one is recorded, if it is known', async () => {
    repository(workflow(job('env: {}')), entry())
    expect((await planOf(directory)).differing).toMatchObject([
      { found: [{ field: 'environment', there: 'release', wanted: undefined }] },
    ])
    const chosen = `environment: \${{ inputs.environment }}`
    repository(workflow(job(chosen)), entry())
    expect((await planOf(directory)).differing).toEqual([])
  })

  it('is content with a publisher that leaves the environment open, or has a ref besides', async () => {
    repository(workflow(job()), entry({ environment: undefined, ref: 'refs/tags/v*' }))
    const plan = await planOf(directory)
    expect([plan.differing, plan.missing, plan.unused]).toEqual([[], [], []])
  })

  it('says what is needed besides, and what is not needed', async () => {
    repository(
      workflow(job(), job('environment: canary')),
      entry(),
      entry({ package: 'npm:@acme/old' }),
    )
    const plan = await planOf(directory)
    expect(plan.missing).toMatchObject([{ fields: { environment: 'canary' } }])
    expect(plan.unused).toMatchObject([{ package: 'npm:@acme/old' }])
  })

  it('takes a record for what it is where there is no pipeline that can be read', async () => {
    write({ 'trusted-publishers.json': JSON.stringify({ publishers: [entry()] }) })
    expect(await planOf(directory)).toMatchObject({ publishers: [{ fields: FIELDS }], unused: [] })
    repository('on: [', entry())
    const plan = await planOf(directory)
    expect(plan.publishers).toHaveLength(1)
    expect(plan.notes).toEqual([expect.stringContaining('is not valid YAML')])
  })

  it('names the manifest that cannot be read, whose package it lacks', async () => {
    repository(workflow(job()))
    write({ 'package.json': '{ "name": "@acme/widget", ' })
    write({ 'pyproject.toml': '[project]\nname = "acme-widget"\n' })
    const { publishers, notes } = await planOf(directory)
    expect(publishers).toEqual([])
    expect(notes.join()).toContain('package.json cannot be read as a manifest')
  })

  it('names the workflow of another repository that may publish, and calls nothing unused beside it', async () => {
    const calling = `
    permissions: { id-token: write }
    uses: acme/workflows/.github/workflows/release.yml@v2
`
    repository(workflow(calling), entry())
    const { unused, notes } = await planOf(directory)
    expect(unused).toEqual([])
    expect(notes).toEqual([expect.stringContaining('npm compares the calling file')])
  })

  it('names what may publish where nothing else is known', async () => {
    repository(workflow(job('', 'node scripts/release.mjs')))
    const { publishers, notes } = await planOf(directory)
    expect(publishers).toEqual([])
    expect(notes).toEqual([expect.stringContaining('scripts/release.mjs" may publish')])
  })

  it('does not invent a package', async () => {
    repository(workflow(job('', 'npm publish dist/out')))
    write({ 'package.json': '{"private":true}', 'a/package.json': manifest('acme/widget') })
    write({ 'b/package.json': manifest('acme/widget', '@acme/gadget') })
    const { publishers, notes } = await planOf(directory)
    expect(publishers).toEqual([])
    expect(notes.join()).toContain('Which package `npm publish dist/out` of job "job0" uploads')
  })

  it('does not invent a repository', async () => {
    write({ '.github/workflows/release.yml': workflow(job()), 'package.json': manifest() })
    const plan = await planOf(directory)
    expect(plan.publishers).toEqual([])
    expect(plan.notes).toEqual([expect.stringContaining('names the repository')])
  })

  it('does not give a mirror the name that the repository has elsewhere', async () => {
    write({
      '.gitlab-ci.yml': `publish:
  id_tokens: { NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' } }
  script: npm publish
`,
      'package.json': manifest('github:acme/widget'),
    })
    const plan = await planOf(directory)
    expect(plan.publishers).toEqual([])
    expect(plan.notes).toEqual([expect.stringContaining('known as acme/widget at github.com')])
  })

  it('does not guess where a job publishes to', async () => {
    repository(workflow(job('env: {}', `npm publish --registry $REGISTRY`)))
    const plan = await planOf(directory)
    expect(plan.publishers).toEqual([])
    expect(plan.notes).toEqual([expect.stringContaining('Only a run knows')])
  })

  it('leaves out registries of which nothing is known, unless they are recorded', async () => {
    const registry = 'https://npm.acme.example/'
    const text = workflow(job('env: {}', `npm publish --registry ${registry}`))
    repository(text)
    expect((await planOf(directory)).publishers).toEqual([])
    repository(text, entry({ registry, package: 'npm:other' }))
    expect((await planOf(directory)).missing).toMatchObject([{ registry }])
  })

  it('refuses a record that cannot be read', async () => {
    write({ 'trusted-publishers.json': '{"publishers": 1}' })
    await expect(planOf(directory)).rejects.toThrow('it needs a list "publishers"')
  })
})
