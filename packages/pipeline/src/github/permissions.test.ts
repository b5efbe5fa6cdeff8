import { describe, expect, it } from 'vitest'
import { readOne } from '../repository/repository.test.util.ts'

const MANIFEST = { 'package.json': '{"name":"widget","version":"1.0.0"}' }

/** The access of the one publishing job, with `workflow` and `job` lines put into their places. */
async function access(workflow: string, job: string) {
  const source = `on: push\n${workflow}\njobs:\n  publish:\n    ${job}\n    steps: [{ run: npm publish }]\n`
  const { jobs } = await readOne({ ...MANIFEST, '.github/workflows/r.yml': source })
  return jobs[0]?.idToken
}

/** The access of a job in a called workflow. */
async function called(caller: string, callee: string, own = 'runs-on: x') {
  const { jobs } = await readOne({
    ...MANIFEST,
    '.github/workflows/a.yml': `on: push\njobs:\n  go:\n    ${caller}\n    uses: ./.github/workflows/b.yml\n`,
    '.github/workflows/b.yml': `on: workflow_call\n${callee}\njobs:\n  publish:\n    ${own}\n    steps: [{ run: npm publish }]\n`,
  })
  return jobs[0]?.idToken
}

const NONE = 'runs-on: x'
const WRITE = 'permissions: { contents: read, id-token: write }'

describe('idTokenAccess', () => {
  it.each([
    ['the job', NONE, WRITE],
    ['the workflow', WRITE, NONE],
    ['write-all', NONE, 'permissions: write-all'],
    ['an empty block, which says nothing,', WRITE, 'permissions:'],
  ])('is granted by %s', async (_, workflow, job) => {
    expect(await access(workflow.replace(NONE, 'name: x'), job)).toMatchObject({ granted: true })
  })

  it.each([
    ['nothing', 'name: x', NONE, 'Nothing grants'],
    [
      'a block of the job that replaces the workflow',
      WRITE,
      'permissions: { contents: write }',
      'replace',
    ],
    ['an empty map', WRITE, 'permissions: {}', 'do not list'],
    ['read-all', 'permissions: read-all', NONE, '`read-all`'],
    [
      'id-token: none',
      NONE.replace('runs-on', 'name'),
      'permissions: { id-token: none }',
      '`id-token: none`',
    ],
    ['id-token: read', 'permissions: { id-token: read }', NONE, '`id-token: read`'],
  ])('is refused by %s, and says what to write', async (_, workflow, job, words) => {
    const found = await access(workflow, job)
    expect(found?.granted).toBe(false)
    expect(found?.reason).toContain(words)
    expect(found?.reason).toContain('id-token: write')
    expect(found?.reason).toMatch(/r\.yml:\d+/)
  })

  it('points at the line that decides', async () => {
    expect((await access('name: x', WRITE))?.place).toMatchObject({ line: 5 })
    expect((await access('name: x', 'permissions: { contents: read }'))?.place).toMatchObject({
      line: 5,
    })
    expect((await access('name: x', NONE))?.place).toMatchObject({ line: 4 })
  })

  it('is passed on to a called workflow that says nothing', async () => {
    expect(await called(WRITE, 'name: x')).toMatchObject({ granted: true })
  })

  it('can be lowered by the called workflow', async () => {
    expect(await called(WRITE, 'permissions: { contents: read }')).toMatchObject({ granted: false })
    expect(await called(WRITE, 'name: x', 'permissions: {}')).toMatchObject({ granted: false })
  })

  it('cannot be raised by the called workflow', async () => {
    const found = await called('permissions: { contents: read }', WRITE)
    expect(found?.granted).toBe(false)
    expect(found?.place?.file).toBe('.github/workflows/a.yml')
    expect(found?.reason).toContain('job "go"')
    expect(found?.reason).toContain('refuses to start')
    expect(await called('name: x', WRITE)).toMatchObject({ granted: false })
  })
})
