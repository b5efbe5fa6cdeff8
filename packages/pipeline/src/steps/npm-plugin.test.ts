import { expect, it } from 'vitest'
import { mayHaveNewPlugin } from './npm-plugin.ts'

const isNew = (files: Readonly<Record<string, string>>): boolean =>
  mayHaveNewPlugin('.', (file) => files[file])

const manifest = (more: object) => ({ 'package.json': JSON.stringify(more) })
const NEW = { '@semantic-release/npm': '^13.0.0' }
const SHARED = { '.releaserc': 'extends: "@acme/release-config"\n' }

it.each([
  ['forced by npm', manifest({ overrides: NEW })],
  ['forced by npm on semantic-release', manifest({ overrides: { 'semantic-release': NEW } })],
  ['forced by Yarn', manifest({ resolutions: { '**/@semantic-release/npm': '13.1.4' } })],
  ['forced by pnpm', manifest({ pnpm: { overrides: NEW } })],
  [
    'forced by the settings of pnpm',
    { 'pnpm-workspace.yaml': 'overrides:\n  "@semantic-release/npm": ^13.0.0\n' },
  ],
  [
    'of a shared configuration',
    { ...SHARED, 'pnpm-lock.yaml': "packages:\n  '@semantic-release/npm@13.1.4':\n" },
  ],
])('an old semantic-release may have a new plugin: %s', (_, files) => {
  expect(isNew(files)).toBe(true)
})

it.each([
  ['one beside it, which it does not take', manifest({ devDependencies: NEW })],
  ['an old one that is forced', manifest({ overrides: { '@semantic-release/npm': '^12.0.0' } })],
  [
    'an old one of a shared configuration',
    { ...SHARED, 'pnpm-lock.yaml': "packages:\n  '@semantic-release/npm@12.0.1':\n" },
  ],
  ['a manifest that cannot be read', { 'package.json': '{' }],
])('an old semantic-release has its own plugin beside %s', (_, files) => {
  expect(isNew(files)).toBe(false)
})
