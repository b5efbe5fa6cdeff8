import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeClient, pythonClients, registryInReach } from './support/clients.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { hashOfTree, rehearsalEnvironment, rehearse } from './support/rehearsal.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run } from './support/tools.ts'

const FIXTURES = join(import.meta.dirname, '../packages/pipeline/fixtures')

/** Repositories that stay with a token, or whose upload nothing here stands for, by the reason. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  G6: 'the registry of GitLab, which takes the token of the job',
  N15: 'what publishes is in another repository',
  N16: 'projen wrote it',
  N18: 'a private registry',
  N20: 'jsr, which takes ID tokens already',
  P9: 'maturin needs Rust',
  P15: 'a private index',
}

const shapesIn = (kind: string): readonly string[] =>
  readdirSync(join(FIXTURES, kind))
    .toSorted()
    .map((shape) => `${kind}/${shape}`)

/** Each shape of the catalogue once; its variants differ in what is read, not in what is played. */
const SHAPES = shapesIn('shapes').filter(
  (shape) => /\/[A-Z]\d+$|-bun$|-local$/.test(shape) && NOT_PLAYED[shape.slice(7)] === undefined,
)
const HARDENED = shapesIn('hardened')

describe('the release of a migrated repository can be rehearsed', () => {
  it.for([...SHAPES, ...HARDENED])('%s', async (shape, ctx) => {
    const directory = copyOf(shape)
    await (isPython(directory) ? pythonClients(ctx) : nodeClient(ctx, 'npm 11'))
    if (hasDependencies(directory)) await registryInReach(ctx)
    const harden = HARDENED.includes(shape) ? ['--harden'] : []
    expect((await migrate([directory, '--write', ...harden])).status).toBe(0)
    const { status, output } = await rehearse([directory])
    expect(output).toMatch(/without a stored token/)
    expect(status).toBe(0)
  })
})

describe('trustpub migrate', () => {
  it('writes nothing by default, and what it prints is a patch that does the same as --write', async () => {
    const [directory, written] = [copyOf('shapes/N1'), copyOf('shapes/N1')]
    const before = hashOfTree(directory)
    const { stdout, output, status } = await migrate([directory])
    expect(status).toBe(0)
    expect(hashOfTree(directory)).toBe(before)
    expect(output).toMatch(/Register the publishers[\s\S]*Merge[\s\S]*delete the secret npm_token/)
    writeFiles(directory, { 'change.patch': stdout })
    await run('git', ['apply', 'change.patch'], { cwd: directory, env: rehearsalEnvironment() })
    rmSync(join(directory, 'change.patch'))
    await migrate([written, '--write'])
    for (const file of ['.github/workflows/publish.yml', 'trusted-publishers.json']) {
      expect(readFileSync(join(directory, file))).toEqual(readFileSync(join(written, file)))
    }
  })

  it('has nothing to change the second time', async () => {
    const directory = copyOf('shapes/N1')
    await migrate([directory, '--write'])
    const before = hashOfTree(directory)
    const { output, status } = await migrate([directory, '--write'])
    expect(output).toContain('Nothing to change')
    expect(status).toBe(0)
    expect(hashOfTree(directory)).toBe(before)
  })

  it('tells machines what it would do', async () => {
    const { stdout } = await migrate([copyOf('shapes/N1'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      written: false,
      files: [
        { kind: 'update', file: '.github/workflows/publish.yml' },
        { kind: 'create', file: 'trusted-publishers.json' },
      ],
      secrets: ['npm_token'],
    })
  })

  it.for([
    ['a directory that is not there', ['/does/not/exist'], 3, 'cannot be read'],
    ['two directories', ['.', 'x'], 2, 'one directory'],
    ['an unknown option', ['--hardn'], 2, '--harden'],
  ] as const)('refuses %s with a sentence', async ([, args, code, words]) => {
    const { status, output } = await migrate(args)
    expect(status).toBe(code)
    expect(output).toContain(words)
    expect(output).not.toContain('    at ')
  })
})

function copyOf(shape: string): string {
  const folder = temporaryFolder()
  cpSync(join(FIXTURES, shape, 'before'), folder, { recursive: true })
  return folder
}

function isPython(directory: string): boolean {
  return ['pyproject.toml', 'setup.py', 'setup.cfg'].some((name) =>
    existsSync(join(directory, name)),
  )
}

function hasDependencies(directory: string): boolean {
  const manifest = join(directory, 'package.json')
  return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('ependencies"')
}

function migrate(args: readonly string[]): Promise<Finished> {
  const options = { cwd: temporaryFolder(), env: rehearsalEnvironment() }
  return run(process.execPath, [PROGRAM, 'migrate', ...args], options)
}
