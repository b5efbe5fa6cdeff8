import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Release } from '@trustpub/pipeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../command.ts'
import { diagnose } from './examine.ts'
import { online } from './online.ts'

let directory: string
let server: Server | undefined

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustpub-online-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), text)
  }
}

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** A registry that answers these paths, and 404 elsewhere. */
const answering = (answers: Readonly<Record<string, unknown>>) =>
  serve(({ url = '' }, response) => {
    const answer = answers[url]
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}))
  })

const job = (steps: string) => `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: { id-token: write, contents: read }
    steps:
${steps}`
const NPM = job(
  '      - uses: actions/setup-node@v4\n        with: { node-version: 24 }\n      - run: npm publish --workspaces\n',
)
const PYPI = job('      - uses: pypa/gh-action-pypi-publish@release/v1\n')

const workspaces = (count: number) => ({
  '.github/workflows/release.yml': NPM,
  'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
  ...Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `packages/${at}/package.json`,
      JSON.stringify({ name: `@acme/p${at}`, version: '1.0.0' }),
    ]),
  ),
})

async function answersFrom(registry: string): Promise<Release['online']> {
  let answers: Release['online']
  await diagnose(directory, async (release) => {
    const asked = await online(registry)(release)
    answers = asked.online
    return asked
  })
  return answers
}

const statement = (predicate: unknown) => ({
  predicateType: 'https://slsa.dev/provenance/v1',
  bundle: {
    dsseEnvelope: { payload: Buffer.from(JSON.stringify({ predicate })).toString('base64') },
  },
})

describe('online', () => {
  it('tells from npm which packages exist, and who built their last version', async () => {
    write(workspaces(2))
    const workflow = {
      repository: 'https://github.com/acme/widget',
      path: '.github/workflows/release.yml',
    }
    const registry = await answering({
      '/@acme%2fp0/latest': {
        version: '0.9.0',
        dist: { attestations: { url: 'https://registry.npmjs.org/-/attestations/p0' } },
      },
      '/-/attestations/p0': {
        attestations: [
          { predicateType: 'https://github.com/npm/attestation' },
          statement({ buildDefinition: { externalParameters: { workflow } } }),
        ],
      },
    })
    const answers = await answersFrom(registry)
    expect(Object.fromEntries(answers?.packages ?? [])).toEqual({
      'npm:@acme/p0': {
        exists: true,
        latest: '0.9.0',
        builtBy: { repository: 'acme/widget', workflow: workflow.path, version: '0.9.0' },
      },
      'npm:@acme/p1': { exists: false },
    })
  })

  it('tells from PyPI who built the last files', async () => {
    write({
      '.github/workflows/release.yml': PYPI,
      'pyproject.toml': '[project]\nname = "Acme_Widget"\nversion = "1.0.0"\n',
    })
    const publisher = { kind: 'GitHub', repository: 'acme/widget', workflow: 'release.yml' }
    const registry = await answering({
      '/simple/acme-widget/': {
        files: [
          { filename: 'acme_widget-0.8.0.tar.gz' },
          { filename: 'acme_widget-0.9.0.tar.gz', provenance: '/integrity/0.9.0' },
        ],
      },
      '/integrity/0.9.0': { attestation_bundles: [{ publisher }] },
    })
    const answers = await answersFrom(registry)
    expect(answers?.packages.get('pypi:Acme_Widget')).toEqual({
      exists: true,
      builtBy: { repository: 'acme/widget', workflow: 'release.yml', version: '0.9.0' },
    })
  })

  it('says in one sentence that a registry cannot be reached, and asks it no further', async () => {
    write(workspaces(40))
    let asked = 0
    const registry = await serve((_, response) => {
      asked += 1
      response.writeHead(503).end()
    })
    const { findings, unknowns } = await diagnose(directory, online(registry))
    const [sentence, ...more] = unknowns.filter((one) => one.sentence.includes('not compared'))
    expect(sentence?.sentence).toMatch(/^npm:@acme\/p\d+ and 39 more were not compared .*503/)
    expect(more).toEqual([])
    expect(asked).toBeLessThan(20)
    expect(findings.map(({ check }) => check)).not.toContain('package-not-there')
  })

  it('says of one package that it may not be asked for, and compares the others', async () => {
    write(workspaces(3))
    const registry = await serve(({ url = '' }, response) => {
      response.writeHead(url.includes('p1') ? 403 : 404).end()
    })
    const { findings, unknowns } = await diagnose(directory, online(registry))
    expect(unknowns.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/^npm:@acme\/p1 was not compared .*may not be read/),
    )
    expect(findings.filter(({ check }) => check === 'package-not-there')).not.toEqual([])
  })

  it.each([
    ['an answer that is no JSON', '<html>'],
    ['an answer of another shape', '{"version":{},"dist":[{"attestations":null}]}'],
    ['an endless answer', undefined],
  ])('is not misled by %s', async (_, answer) => {
    write(workspaces(1))
    const registry = await serve((_request, response) => {
      if (answer !== undefined) return response.end(answer)
      const chunk = 'x'.repeat(1024 * 1024)
      const more = () => !response.destroyed && response.write(chunk, more)
      return more()
    })
    await expect(diagnose(directory, online(registry))).resolves.toBeDefined()
  })

  it('asks for a package once, however often the repository is examined', async () => {
    write(workspaces(1))
    let asked = 0
    const registry = await serve((_, response) => {
      asked += 1
      response.writeHead(404).end()
    })
    const ask = online(registry)
    await diagnose(directory, ask)
    await diagnose(directory, ask)
    expect(asked).toBe(1)
  })

  it('refuses a registry that is no address', () => {
    expect(() => online('registry.example.com')).toThrow(UsageError)
  })
})
