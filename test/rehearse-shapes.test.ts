import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nodeClient, pythonClients } from './support/clients.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { npmManifest } from './support/npm-packages.ts'
import {
  copyOf,
  npmExample,
  rehearsalEnvironment,
  rehearse,
  WORKFLOW,
  workflow,
} from './support/rehearsal.ts'
import { PROGRAM } from './support/server.ts'

const setUpNode = (version: number) =>
  `uses: actions/setup-node@v4\n        with: { node-version: ${version} }`

describe('a repository', () => {
  it('of pnpm workspaces is published recursively, without its private root', async (ctx) => {
    await nodeClient(ctx, 'pnpm')
    const one = {
      ...npmManifest('@acme/one', '1.0.0'),
      dependencies: { '@acme/two': 'workspace:^' },
    }
    const directory = temporaryFolder()
    writeFiles(directory, {
      'package.json': '{ "private": true, "packageManager": "pnpm@10.12.1" }',
      'pnpm-workspace.yaml': "packages: ['packages/*']\n",
      'packages/one/package.json': JSON.stringify(one),
      'packages/one/index.js': 'export { text } from "@acme/two"\n',
      'packages/two/package.json': JSON.stringify(npmManifest('@acme/two', '1.0.0')),
      'packages/two/index.js': 'export const text = ""\n',
      [WORKFLOW]: workflow('publish', 'pnpm -r publish --no-git-checks --access public'),
    })
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toMatch(/@acme\/one 1\.0\.0( +✓){5}/)
    expect(stdout).toMatch(/@acme\/two 1\.0\.0( +✓){5}/)
    expect(status).toBe(0)
  })

  it('that goes to TestPyPI first meets two indexes', async (ctx) => {
    await pythonClients(ctx)
    const action = 'uses: pypa/gh-action-pypi-publish@release/v1'
    const first = `${action}\n        with: { repository-url: "https://test.pypi.org/legacy/" }`
    const directory = copyOf('widget', {
      [WORKFLOW]: workflow('publish-pypi', `${first}\n      - ${action}`),
      'trusted-publishers.json': JSON.stringify({
        publishers: ['https://test.pypi.org/legacy/', 'https://upload.pypi.org/legacy/'].map(
          (registry) => ({
            package: 'pypi:acme-widget',
            registry,
            provider: 'github',
            repository: 'acme/widget',
            workflow: 'release.yml',
            environment: 'release',
          }),
        ),
      }),
    })
    const { status, stdout } = await rehearse([directory])
    expect(stdout.match(/acme-widget 1\.0\.0( +✓){5}/g)).toHaveLength(2)
    expect(status).toBe(0)
  })

  it('whose job computes the version from the tag is published under that of the tag', async () => {
    const command = 'npm version --no-git-tag-version $TAG && npm pack && npm publish *.tgz'
    const directory = npmExample((text) => text.replace('npm publish', command))
    const { status, stdout } = await rehearse([directory, '--ref', 'refs/tags/v3.4.5'])
    expect(stdout).toMatch(/@acme\/widget 3\.4\.5( +✓){5}/)
    expect(status).toBe(0)
  })

  it('whose job has an npm that is too old fails, whatever npm this machine has', async () => {
    const directory = npmExample((text) =>
      text.replace('- run: npm publish', `- ${setUpNode(20)}\n      - run: npm publish`),
    )
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toContain('Node 20 comes with an npm older than 11.5.1')
    expect(status).toBe(1)
  })

  it('that also uploads to GitHub Packages is played for npmjs.com only', async () => {
    const more = '      - run: npm publish --registry https://npm.pkg.github.com\n'
    const { status, stdout } = await rehearse([npmExample((text) => text + more)])
    expect(stdout).toMatch(/✓ +publish-npm .*@acme\/widget 1\.0\.0/)
    expect(stdout).toContain('It uploads to npm.pkg.github.com')
    expect(status).toBe(0)
  })

  it('of which a second job publishes the same version fails', async () => {
    const again = '      - run: npm publish\n'
    const { status, stdout } = await rehearse([npmExample((text) => text + again)])
    expect(stdout).toContain('You cannot publish over the previously published versions')
    expect(stdout).toContain('This release would fail.')
    expect(status).toBe(1)
  })
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('leaves nothing behind when %s ends it', async (signal, expected) => {
  const directory = npmExample((text) =>
    text.replace('npm publish', 'npm run build && npm publish'),
  )
  const manifest = { ...npmManifest('@acme/widget', '1.0.0'), scripts: { build: 'sleep 100' } }
  writeFiles(directory, { 'package.json': JSON.stringify(manifest) })
  const TMPDIR = temporaryFolder()
  const child = spawn(process.execPath, [PROGRAM, 'rehearse', directory], {
    env: { ...rehearsalEnvironment(), TMPDIR },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    if (String(chunk).includes('npm run build')) child.kill(signal)
  }
  expect(await exited).toEqual([expected, null])
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith('trustpub-'))).toEqual([])
})
