import { describe, expect, it } from 'vitest'
import {
  dependencyVersion,
  nodeVersionIn,
  packageManagerIn,
  yarnPathVersion,
} from './tool-files.ts'

const reader =
  (files: Readonly<Record<string, string>>) =>
  (file: string): string | undefined =>
    files[file]

describe('nodeVersionIn', () => {
  it.each([
    ['.nvmrc', '# for nvm\nv20.11.0\n', 'v20.11.0'],
    ['.nvmrc', 'lts/*', 'lts/*'],
    ['.node-version', '22\n', '22'],
    ['.tool-versions', 'python 3.12\nnodejs 24.1.0\n', '24.1.0'],
    ['package.json', '{"volta":{"node":"22.1.0"},"engines":{"node":">=18"}}', '22.1.0'],
    ['package.json', '{"devEngines":{"runtime":{"name":"node","version":"^24"}}}', '^24'],
    [
      'package.json',
      '{"devEngines":{"runtime":[{"name":"bun"},{"name":"node","version":"24"}]}}',
      '24',
    ],
    ['package.json', '{"engines":{"node":">=20"}}', '>=20'],
  ])('reads %s: %j', (file, text, written) => {
    expect(nodeVersionIn(file, reader({ [file]: text }))).toEqual({ written, file })
  })

  it.each([
    ['.nvmrc', ''],
    ['package.json', '{"engines":{}}'],
    ['package.json', '{'],
    ['package.json', '[]'],
  ])('finds none in %s: %j', (file, text) => {
    expect(nodeVersionIn(file, reader({ [file]: text }))).toBeUndefined()
  })
})

describe('packageManagerIn', () => {
  it.each([
    ['{"packageManager":"pnpm@10.12.1+sha512.abc"}', '10.12.1'],
    ['{"volta":{"pnpm":"9.0.0"}}', '9.0.0'],
    ['{"devEngines":{"packageManager":{"name":"pnpm","version":"^11"}}}', '^11'],
    ['{"packageManager":"yarn@4.9.0"}', undefined],
    ['', undefined],
  ])('reads %j', (text, written) => {
    const found = packageManagerIn('pnpm', 'package.json', reader({ 'package.json': text }))
    expect(found?.written).toBe(written)
  })
})

describe('yarnPathVersion', () => {
  it.each([
    ['yarnPath: .yarn/releases/yarn-3.6.4.cjs\n', '3.6.4'],
    ['a: b\nyarnPath: ".yarn/releases/yarn-4.0.0-rc.48.cjs"\n', '4.0.0-rc.48'],
  ])('reads %j', (text, written) => {
    const file = '.yarnrc.yml'
    expect(yarnPathVersion(reader({ [file]: text }))).toEqual({ written, file })
  })

  it.each(['', 'nodeLinker: node-modules\n', 'yarnPath: .yarn/releases/yarn-berry.cjs\n'])(
    'finds none in %j',
    (text) => {
      expect(yarnPathVersion(reader({ '.yarnrc.yml': text }))).toBeUndefined()
    },
  )
})

describe('dependencyVersion', () => {
  const manifest = { 'package.json': '{"devDependencies":{"@acme/tool":"^1.0.0"}}' }

  it.each([
    ['package-lock.json', '{\n    "node_modules/@acme/tool": {\n      "version": "1.2.3",\n    }'],
    [
      'pnpm-lock.yaml',
      "importers:\n  .:\n    devDependencies:\n      '@acme/tool':\n        specifier: ^1.0.0\n        version: 1.2.3(other@2.0.0)\n",
    ],
    ['yarn.lock', '"@acme/tool@^1.0.0":\n  version "1.2.3"\n'],
    ['yarn.lock', '"@acme/tool@npm:^1.0.0":\n  version: 1.2.3\n'],
    ['bun.lock', '  "packages": {\n    "@acme/tool": ["@acme/tool@1.2.3", "", {}],\n'],
  ])('is what %s holds', (file, text) => {
    const found = dependencyVersion('@acme/tool', reader({ ...manifest, [file]: text }))
    expect(found).toEqual({ written: '1.2.3', file, locked: true })
  })

  it('is what the manifest asks for where nothing is locked', () => {
    const found = dependencyVersion('@acme/tool', reader(manifest))
    expect(found).toEqual({ written: '^1.0.0', file: 'package.json', locked: false })
  })

  it('does not take another package for it', () => {
    const lock = '{\n    "node_modules/@acme/tool-kit": {\n      "version": "9.9.9",\n    }'
    const found = dependencyVersion('@acme/tool', reader({ 'package-lock.json': lock }))
    expect(found).toBeUndefined()
  })
})
