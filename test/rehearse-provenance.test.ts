import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeClient, pythonClients } from './support/clients.ts'
import { writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { copyOf, npmExample, pythonExample, rehearse } from './support/rehearsal.ts'

/** A release verified by npm: the registry's signature, the job's provenance, the registry's attestation. */
const PROVEN = /✓ +@acme\/widget 1\.0\.0 +✓ +✓ +✓ +npm \d/
const ONLY_SIGNED = /✓ +@acme\/widget 1\.0\.0 +✓ +– +– +npm \d/

/** The repository of the GitHub example, with another command and another `repository` in package.json. */
function example(command: string, repository: string | undefined): string {
  const directory = npmExample((workflow) => workflow.replace('npm publish', command))
  const manifest = { name: '@acme/widget', version: '1.0.0', type: 'module', repository }
  const exports = { exports: './lib/index.js', files: ['lib'] }
  writeFiles(directory, { 'package.json': JSON.stringify({ ...manifest, ...exports }) })
  const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args])
  git('init', '--quiet')
  git('remote', 'add', 'origin', 'https://github.com/acme/widget.git')
  return directory
}

describe('npm provenance in a rehearsal', () => {
  it('is made by npm itself, with the job’s own identity, and verified by npm', async () => {
    const { status, stdout } = await rehearse([npmExample()])
    expect(stdout).toMatch(PROVEN)
    expect(status).toBe(0)
  })

  it('is made by yarn where it is asked for', async (ctx) => {
    await nodeClient(ctx, 'yarn')
    const directory = example('yarn npm publish --provenance', 'acme/widget')
    writeFiles(directory, { 'yarn.lock': '' })
    const { stdout } = await rehearse([directory])
    expect(stdout).toMatch(/✓ +publish-npm +yarn/)
    expect(stdout).toMatch(PROVEN)
  })

  it('is made in GitLab with an ID token for Sigstore, and not without', async (ctx) => {
    await pythonClients(ctx)
    const directory = copyOf('widget-gitlab')
    expect((await rehearse([directory])).stdout).toMatch(ONLY_SIGNED)
    const file = '.gitlab-ci.yml'
    const text = readFileSync(join(directory, file), 'utf8')
    const token = 'aud: npm:registry.npmjs.org\n    SIGSTORE_ID_TOKEN:\n      aud: sigstore'
    writeFiles(directory, { [file]: text.replace('aud: npm:registry.npmjs.org', token) })
    expect((await rehearse([directory])).stdout).toMatch(PROVEN)
  })

  it('is refused for a package.json that names another repository, as npmjs.com does', async () => {
    const { status, stdout } = await rehearse([example('npm publish --provenance', 'acme/other')])
    expect(stdout).toContain('https://github.com/acme/other')
    expect(stdout).toContain('[provenance_repository]')
    expect(stdout).toContain('This release would fail.')
    expect(status).toBe(1)
  })

  it('is not played by itself for a package.json without a repository, which is told', async () => {
    const { status, stdout } = await rehearse([example('npm publish', undefined)])
    expect(stdout).toMatch(ONLY_SIGNED)
    expect(stdout).toContain('If https://github.com/acme/widget is public')
    expect(status).toBe(0)
  })

  it('is left out where the release says so', async () => {
    const { stdout } = await rehearse([example('npm publish --provenance=false', 'acme/widget')])
    expect(stdout).toMatch(ONLY_SIGNED)
  })
})

describe('attestations of Python distributions in a rehearsal', () => {
  it('are made as pypa’s action does, accepted by the index, and verified', async (ctx) => {
    await pythonClients(ctx)
    const { status, stdout } = await rehearse([pythonExample(), '--json'])
    const [job] = (JSON.parse(stdout) as Json).jobs as Json[]
    expect(job?.steps).toMatchObject([{ packages: [{ proof: { attestations: true } }] }])
    expect(status).toBe(0)
  })
})
