import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnose } from './examine.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustpub-doctor-'))
  mkdirSync(join(directory, '.github/workflows'), { recursive: true })
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const write = (text: string, name = 'release.yml') =>
  writeFileSync(join(directory, '.github/workflows', name), text)

const PUBLISH = `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: { contents: read }
    steps:
      - run: npm publish
`

describe('diagnose', () => {
  it('says where broken YAML is broken', async () => {
    write('on: push\njobs: [\n')
    const { findings } = await diagnose(directory)
    expect(findings).toMatchObject([{ check: 'unreadable-file', severity: 'error' }])
    expect(findings[0]?.message).toContain('is not valid YAML')
  })

  it('knows the marks of a merge conflict', async () => {
    write('on: push\n<<<<<<< HEAD\njobs: {}\n=======\njobs: []\n>>>>>>> other\n')
    const { findings, source } = await diagnose(directory)
    expect(source('.github/workflows/release.yml')?.text).toContain('<<<<<<< HEAD')
    expect(findings[0]?.message).toContain('merge conflict')
    expect(findings[0]?.place.line).toBe(2)
  })

  it('reads the workflows beside a broken one', async () => {
    write('on: [', 'broken.yml')
    write(PUBLISH)
    const { findings, unknowns } = await diagnose(directory)
    expect(unknowns).not.toContainEqual(expect.objectContaining({ broken: 'workflow' }))
    expect(findings.map(({ check, severity }) => [check, severity])).toEqual(
      expect.arrayContaining([
        ['unreadable-file', 'warning'],
        ['id-token-permission', 'error'],
      ]),
    )
  })

  it('says what two CIs have in common once, and errors of both before warnings of one', async () => {
    write(PUBLISH)
    writeFileSync(join(directory, '.gitlab-ci.yml'), 'publish:\n  script: npm publish\n')
    writeFileSync(join(directory, 'trusted-publishers.json'), '{')
    writeFileSync(join(directory, 'package.json'), '{ "name": "@acme/widget", ')
    const { findings, unknowns } = await diagnose(directory)
    expect(findings.filter(({ check }) => check === 'record-unreadable')).toHaveLength(1)
    expect(findings.filter(({ message }) => message.includes('as a manifest'))).toHaveLength(1)
    expect(unknowns.filter(({ sentence }) => sentence.includes('as a manifest'))).toEqual([])
    const order = ['error', 'warning', 'note']
    const ranks = findings.map(({ severity }) => order.indexOf(severity))
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  })

  it('does not follow a link out of the repository', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'trustpub-outside-'))
    writeFileSync(join(outside, 'release.yml'), PUBLISH)
    symlinkSync(join(outside, 'release.yml'), join(directory, '.github/workflows/release.yml'))
    const { findings, source } = await diagnose(directory)
    expect(findings[0]?.message).toContain('link to a file outside of the repository')
    expect(source('.github/workflows/release.yml')).toBeUndefined()
    rmSync(outside, { recursive: true })
  })

  it('has nothing to say where there is no CI', async () => {
    rmSync(join(directory, '.github'), { recursive: true })
    expect(await diagnose(directory)).toMatchObject({
      findings: [],
      publishes: false,
      hasCi: false,
    })
  })

  it('comes to an end with a workflow that calls itself', async () => {
    write('on: [push, workflow_call]\njobs:\n  a:\n    uses: ./.github/workflows/release.yml\n')
    const { unknowns } = await diagnose(directory)
    expect(unknowns[0]?.sentence).toContain('leads back to itself')
  })

  it('reads a workflow of 5,000 lines', async () => {
    const step = '      - run: |\n          echo one\n          echo two\n'
    write(PUBLISH + step.repeat(1700))
    const { findings } = await diagnose(directory)
    expect(findings.map(({ check }) => check)).toContain('id-token-permission')
  })

  it('sets a finding aside for a reason, and only for a reason', async () => {
    const marked = (comment: string) =>
      PUBLISH.replace('    permissions', `    ${comment}\n    permissions`)
    write(marked('# trustpub: ignore[id-token-permission] a bot publishes'))
    const { findings, ignored } = await diagnose(directory)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(ignored).toMatchObject([{ check: 'id-token-permission', reason: 'a bot publishes' }])
    write(marked('# trustpub: ignore[id-token-permission]'))
    expect((await diagnose(directory)).ignored).toEqual([])
  })

  it('sets a finding in JSON aside by the comment that npm knows', async () => {
    write(PUBLISH.replace('{ contents: read }', '{ id-token: write }'))
    mkdirSync(join(directory, '.git'))
    writeFileSync(join(directory, '.git/HEAD'), 'ref: refs/heads/main\n')
    const config = '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n'
    writeFileSync(join(directory, '.git/config'), config)
    const manifest = (comment: string) =>
      `{\n  "name": "@acme/widget",\n  "version": "1.0.0",\n  "license": "MIT"${comment}\n}\n`
    writeFileSync(join(directory, 'package.json'), manifest(''))
    expect((await diagnose(directory)).findings.map(({ check }) => check)).toContain(
      'repository-field',
    )
    const comment = ',\n  "//": "trustpub: ignore[repository-field] a mirror"'
    writeFileSync(join(directory, 'package.json'), manifest(comment))
    const { findings, ignored } = await diagnose(directory)
    expect(findings.map(({ check }) => check)).not.toContain('repository-field')
    expect(ignored).toMatchObject([{ check: 'repository-field', reason: 'a mirror' }])
  })

  it('refuses a directory that is not there', async () => {
    await expect(diagnose(join(directory, 'none'))).rejects.toThrow('cannot be read')
  })
})
