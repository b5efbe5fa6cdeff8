import { expect, it } from 'vitest'
import { checkManifest, parseManifest } from './manifest.ts'

const good = { name: '@acme/widget', version: '1.0.0' }
const check = (more: object) => checkManifest({ ...good, ...more }, 'here')

it.each([
  [{ bin: './cli.js' }, { bin: { widget: 'cli.js' } }],
  [{ bin: { w: '/bin/w.js' } }, { bin: { w: 'bin/w.js' } }],
  [
    { repository: 'acme/widget' },
    { repository: { type: 'git', url: 'git+https://github.com/acme/widget.git' } },
  ],
  [
    { repository: 'https://gitlab.com/acme/widget' },
    { repository: { type: 'git', url: 'https://gitlab.com/acme/widget' } },
  ],
  [{ funding: 'https://acme.example' }, { funding: { url: 'https://acme.example' } }],
  [{ version: 'v1.2.3' }, { version: '1.2.3' }],
  [
    { dependencies: { a: '1', b: '1' }, optionalDependencies: { a: '1' } },
    { dependencies: { b: '1' }, optionalDependencies: { a: '1' } },
  ],
])('brings %j into the shape of npm', (written, published) => {
  expect(check(written)).toMatchObject(published)
})

it('leaves out what only the registry may say', () => {
  expect(check({ _npmUser: { name: 'somebody' }, _id: 'x' })).toEqual(good)
})

it.each([
  [{ name: 'Widget' }, 'manifest_invalid'],
  [{ name: '.widget' }, 'manifest_invalid'],
  [{ name: '@acme' }, 'manifest_invalid'],
  [{ name: '@acme/a/b' }, 'manifest_invalid'],
  [{ name: undefined }, 'manifest_invalid'],
  [{ version: '1.0' }, 'manifest_invalid'],
  [{ version: undefined }, 'manifest_invalid'],
  [{ private: true }, 'package_private'],
  [{ dependencies: { a: 'workspace:^' } }, 'manifest_invalid'],
  [{ peerDependencies: { a: 'catalog:' } }, 'manifest_invalid'],
  [{ optionalDependencies: { a: 'file:../a' } }, 'manifest_invalid'],
])('refuses %j', (more, code) => {
  expect(() => check(more)).toThrow(expect.objectContaining({ code }))
})

it('lets development dependencies be whatever they are: nobody installs them', () => {
  expect(check({ devDependencies: { a: 'workspace:*' } })).toMatchObject(good)
})

it.each(['', '{', '[]', 'null', '"x"'])('refuses %j as a package.json', (text) => {
  expect(() => parseManifest(text, 'here')).toThrow(
    expect.objectContaining({ code: 'manifest_invalid' }),
  )
})

it('reads a package.json that begins with a byte order mark', () => {
  expect(parseManifest(`\uFEFF${JSON.stringify(good)}`, 'here')).toEqual(good)
})
