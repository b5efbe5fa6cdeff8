import { describe, expect, it } from 'vitest'
import { refusalOf } from '../archives/testing.ts'
import { requireSameManifest } from './npm-same-manifest.ts'

type Json = Readonly<Record<string, unknown>>

/** Holds the manifest of a publish document against the package.json of its tarball. */
function compare(manifest: Json, packageJson: Json, hasInstallScript = false): void {
  const named = { name: 'a', version: '1.0.0' }
  const facts = { hasInstallScript, hasShrinkwrap: false, fileCount: 1, unpackedSize: 1 }
  requireSameManifest(
    { ...named, ...manifest },
    { ...named, packageJson: { ...named, ...packageJson }, ...facts },
  )
}

describe('the manifest of a publish', () => {
  it.each<[what: string, manifest: Json, packageJson: Json]>([
    ['nothing at all', {}, {}],
    ['the same', { dependencies: { b: '^1' } }, { dependencies: { b: '^1' } }],
    [
      'a repository as npm writes it',
      { dependencies: { b: 'github:acme/b', c: 'git+ssh://git@github.com/acme/c.git' } },
      { dependencies: { b: 'acme/b', c: 'git@github.com:acme/c.git' } },
    ],
    [
      'optional dependencies among the others, as npm 6 writes them',
      { dependencies: { b: '^1' }, optionalDependencies: { b: '^1' } },
      { optionalDependencies: { b: '^1' } },
    ],
    [
      'a script without the folder of programs',
      { scripts: { postinstall: 'build --fast' } },
      { scripts: { postinstall: './node_modules/.bin/build --fast' } },
    ],
    ['an empty script or none', { scripts: {} }, { scripts: { install: '' } }],
    ['fewer scripts that nobody runs', { scripts: {} }, { scripts: { prepack: 'tsc' } }],
    ['members that are no objects', { dependencies: [] }, { dependencies: 'x', scripts: null }],
    ['fewer dependencies', {}, { dependencies: { b: '^1' }, devDependencies: { c: '^1' } }],
  ])('may have %s', (_, manifest, packageJson) => {
    expect(() => compare(manifest, packageJson)).not.toThrow()
  })

  it('may have the script that npm adds for a binding.gyp, and only for that', async () => {
    const scripts = { install: 'node-gyp rebuild' }
    expect(() => compare({ scripts }, {}, true)).not.toThrow()
    expect(await refusalOf(() => compare({ scripts }, {}))).toMatchObject({
      code: 'manifest_mismatch',
    })
    expect(
      await refusalOf(() => compare({ scripts }, { scripts: { preinstall: 'x' } }, true)),
    ).toMatchObject({ code: 'manifest_mismatch' })
  })

  it.each<[what: string, manifest: Json, packageJson: Json, named: string]>([
    ['a dependency', { dependencies: { evil: '1' } }, {}, '"evil@1" among its dependencies'],
    [
      'a dependency that is one for development only',
      { dependencies: { b: '1' } },
      { devDependencies: { b: '1' } },
      '"b@1" among its dependencies',
    ],
    [
      'another range',
      { dependencies: { b: '^2' } },
      { dependencies: { b: '^1' } },
      '"b@^2" among its dependencies',
    ],
    [
      'an alias',
      { dependencies: { b: 'npm:evil@1' } },
      { dependencies: { b: 'acme/b' } },
      '"b@npm:evil@1"',
    ],
    [
      'an optional dependency',
      { optionalDependencies: { b: '1' } },
      { dependencies: { b: '1' } },
      'among its optionalDependencies',
    ],
    ['a peer dependency', { peerDependencies: { b: '1' } }, {}, 'among its peerDependencies'],
    [
      'a dependency called __proto__',
      JSON.parse('{"dependencies":{"__proto__":"1"}}'),
      {},
      '"__proto__@1"',
    ],
    ['an install script', { scripts: { install: 'x' } }, {}, 'another install script'],
    [
      'no word of an install script',
      {},
      { scripts: { postinstall: 'x' } },
      'another postinstall script',
    ],
    [
      'another install script',
      { scripts: { preinstall: 'y' } },
      { scripts: { preinstall: 'x' } },
      'another preinstall script',
    ],
    ['a script that is no text', { scripts: { install: {} } }, {}, 'another install script'],
  ])('must not have %s that the tarball lacks', async (_, manifest, packageJson, named) => {
    expect(await refusalOf(() => compare(manifest, packageJson))).toEqual({
      code: 'manifest_mismatch',
      message: expect.stringContaining(named),
    })
  })
})
