import { describe, expect, it } from 'vitest'
import { type Files, manifestsIn, withRepository } from '../repository/repository.test.util.ts'
import { leavesNpmAlone, skipsNpmChecks, type ToolUse } from './release-configs.ts'

const PUBLIC = '{"name":"@acme/widget","version":"1.0.0"}'
const PRIVATE = '{"name":"acme-app","private":true}'

function isAlone(client: ToolUse['client'], files: Files, text: string = client): Promise<boolean> {
  return withRepository({ 'package.json': PUBLIC, ...files }, async (directory) => {
    const { npm } = await manifestsIn(directory)
    const all: Files = { 'package.json': PUBLIC, ...files }
    return leavesNpmAlone({ client, text, directory: '.' }, npm, (file) => all[file])
  })
}

describe('leavesNpmAlone', () => {
  it.each<[string, ToolUse['client'], Files]>([
    ['semantic-release in a private package', 'semantic-release', { 'package.json': PRIVATE }],
    [
      'semantic-release whose plugins leave npm out',
      'semantic-release',
      { '.releaserc.json': '{"plugins":["@semantic-release/github"]}' },
    ],
    [
      'semantic-release with `npmPublish: false`',
      'semantic-release',
      { '.releaserc': 'plugins:\n  - - "@semantic-release/npm"\n    - npmPublish: false\n' },
    ],
    [
      'semantic-release whose program names no npm',
      'semantic-release',
      { 'release.config.js': "export default { plugins: ['@semantic-release/github'] }" },
    ],
    [
      'semantic-release whose program says `npmPublish: false`',
      'semantic-release',
      {
        '.releaserc.js':
          "module.exports = { plugins: [['@semantic-release/npm', { npmPublish: false }]] }",
      },
    ],
    ['release-it with `npm: false`', 'release-it', { '.release-it.json': '{"npm":false}' }],
    [
      'release-it with `npm.publish: false` in package.json',
      'release-it',
      { 'package.json': '{"name":"a","release-it":{"npm":{"publish":false}}}' },
    ],
    ['changesets where every package is private', 'changesets', { 'package.json': PRIVATE }],
  ])('is true for %s', async (_what, client, files) => {
    expect(await isAlone(client, files)).toBe(true)
  })

  it.each<[string, ToolUse['client'], Files]>([
    ['semantic-release as it comes', 'semantic-release', {}],
    [
      'semantic-release that publishes what a private package builds',
      'semantic-release',
      {
        'package.json': PRIVATE,
        '.releaserc.json': '{"plugins":[["@semantic-release/npm",{"pkgRoot":"dist"}]]}',
      },
    ],
    [
      'semantic-release whose program takes its plugins from elsewhere',
      'semantic-release',
      {
        'release.config.js':
          "const plugins = require('@acme/release')\nmodule.exports = { plugins }",
      },
    ],
    [
      'semantic-release with one npm plugin that publishes',
      'semantic-release',
      {
        '.releaserc.json':
          '{"plugins":[["@semantic-release/npm",{"npmPublish":false}],"@semantic-release/npm"]}',
      },
    ],
    ['release-it as it comes', 'release-it', { '.release-it.json': '{"github":{"release":true}}' }],
    [
      'release-it whose plugin publishes the workspaces',
      'release-it',
      {
        '.release-it.json': '{"npm":false,"plugins":{"@release-it-plugins/workspaces":true}}',
      },
    ],
    ['changesets with a public package', 'changesets', {}],
    ['npm, which refuses private packages', 'npm', { 'package.json': PRIVATE }],
  ])('is false for %s', async (_what, client, files) => {
    expect(await isAlone(client, files)).toBe(false)
  })

  it.each(['release-it --no-npm', 'release-it --npm.publish=false --ci'])(
    'takes the word of %j',
    async (text) => {
      expect(await isAlone('release-it', {}, text)).toBe(true)
    },
  )
})

describe('skipsNpmChecks', () => {
  const skips = (text: string, files: Files = {}) =>
    skipsNpmChecks({ client: 'release-it', text, directory: '.' }, (file) => files[file])

  it('finds the switch in the configuration and among the flags', () => {
    expect(skips('release-it', { '.release-it.toml': '[npm]\nskipChecks = true\n' })).toBe(true)
    expect(skips('release-it --npm.skipChecks')).toBe(true)
  })

  it('does not find it where it is not, or switched off', () => {
    expect(skips('release-it')).toBe(false)
    expect(skips('release-it --npm.skipChecks=false')).toBe(false)
    expect(skips('release-it', { '.release-it.json': '{"npm":{"skipChecks":false}}' })).toBe(false)
  })
})
