import { Refusal } from '@trustpub/identity'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOCKS } from './index.ts'
import { NPMJS, npmRegistryOf, PYPI, type Registries } from './lock.ts'
import { readPackageLock } from './package-lock.ts'
import { readPnpmLock } from './pnpm-lock.ts'
import { readRequirements } from './requirements.ts'
import { readUvLock } from './uv-lock.ts'

const NONE: Registries = { npm: undefined, pypi: undefined }
const OWN: Registries = {
  npm: new URL('https://packages.example.com/'),
  pypi: new URL('https://packages.example.com/simple/'),
}
const [HASH, OTHER] = ['a'.repeat(64), 'b'.repeat(64)]

describe('package-lock.json', () => {
  const entry = (path: string, more: object = {}) => ({
    packages: { '': { name: 'app' }, [path]: { version: '1.0.0', integrity: 'sha512-x', ...more } },
  })
  const read = (lock: object, registries = NONE) =>
    readPackageLock(JSON.stringify(lock), 'package-lock.json', registries)
  const widget = { kind: 'npm', name: '@acme/widget', version: '1.0.0', integrity: 'sha512-x' }

  it('names packages wherever they are installed, under their own name', () => {
    const resolved = 'https://registry.npmjs.org/@acme/widget/-/widget-1.0.0.tgz'
    const found = { ...widget, registry: NPMJS }
    const path = 'node_modules/a/node_modules/@acme/widget'
    expect(read(entry(path, { resolved }))).toEqual([found])
    expect(read(entry('node_modules/w', { resolved, name: '@acme/widget' }))).toEqual([found])
    expect(read(entry(path))).toEqual([found])
  })

  it('lets the registry that was given stand in for npmjs.com, but for no other', () => {
    const path = 'node_modules/@acme/widget'
    const npmjs = { resolved: 'https://registry.npmjs.org/@acme/widget/-/widget-1.0.0.tgz' }
    expect(read(entry(path, npmjs), OWN)).toEqual([{ ...widget, registry: OWN.npm }])
    const other = { resolved: 'https://other.example.com/npm/@acme%2fwidget/-/widget-1.0.0.tgz' }
    const registry = new URL('https://other.example.com/npm/')
    expect(read(entry(path, other), OWN)).toEqual([{ ...widget, registry }])
  })

  it('leaves out what is no package of its own', () => {
    expect(read(entry('packages/member'))).toEqual([])
    expect(read(entry('node_modules/member', { link: true }))).toEqual([])
    expect(read(entry('node_modules/a/node_modules/b', { inBundle: true }))).toEqual([])
  })

  it('skips what comes from git or an address, and keeps what has no digest', () => {
    for (const resolved of ['git+ssh://git@github.com/acme/w.git#1', 'https://e.com/w.tgz'])
      expect(read(entry('node_modules/w', { resolved }))).toMatchObject([{ kind: 'skipped' }])
    const found = read(entry('node_modules/w', { integrity: undefined }))
    expect(found).toMatchObject([{ kind: 'npm', integrity: '' }])
  })

  it('refuses the format of npm 6', () => {
    expect(() => read({ lockfileVersion: 1, dependencies: {} })).toThrow('npm 7 or newer')
  })
})

describe('pnpm-lock.yaml', () => {
  const read = (text: string) => readPnpmLock(text, 'pnpm-lock.yaml', NONE)

  it('is read in versions 6 and 9, with a second document', () => {
    const nine = `lockfileVersion: '9.0'
packages:
  '@acme/widget@1.0.0':
    resolution: {integrity: sha512-x}
  plain@2.0.0-rc.1:
    resolution: {integrity: sha512-y}
  w@https://codeload.github.com/acme/w/tar.gz/abc:
    resolution: {tarball: https://codeload.github.com/acme/w/tar.gz/abc}
---
lockfileVersion: '9.0'
packages:
  pnpm@11.0.0:
    resolution: {integrity: sha512-z}
`
    expect(read(nine)).toEqual([
      npm('@acme/widget', '1.0.0', 'sha512-x'),
      npm('plain', '2.0.0-rc.1', 'sha512-y'),
      expect.objectContaining({ kind: 'skipped', subject: 'npm:w' }),
      npm('pnpm', '11.0.0', 'sha512-z'),
    ])
    const six = `lockfileVersion: '6.0'
packages:
  /@acme/widget@1.0.0(react@18.0.0):
    resolution: {integrity: sha512-x}
`
    expect(read(six)).toEqual([npm('@acme/widget', '1.0.0', 'sha512-x')])
  })

  it('is refused in other versions, with aliases, and as no YAML', () => {
    expect(() => read('lockfileVersion: 5.4\n')).toThrow('neither 6 nor 9')
    expect(() => read("lockfileVersion: '9.0'\na: &a 1\nb: *a\n")).toThrow('aliases')
    expect(() => read('a: [')).toThrow('not YAML')
  })

  function npm(name: string, version: string, integrity: string) {
    return { kind: 'npm', name, version, integrity, registry: NPMJS }
  }
})

describe('uv.lock', () => {
  const read = (text: string, registries = NONE) => readUvLock(text, 'uv.lock', registries)
  const lock = (source: string) => `version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
[[package]]
name = "acme-widget"
version = "1.0.0"
source = ${source}
sdist = { url = "https://e.com/acme_widget-1.0.0.tar.gz", hash = "sha256:${HASH}", size = 1 }
wheels = [{ url = "https://e.com/acme_widget-1.0.0-py3-none-any.whl", hash = "sha256:${OTHER}" }]
`

  it('names every file of a package, at the index that it comes from', () => {
    const widget = { kind: 'pypi', name: 'acme-widget', version: '1.0.0', sha256: [OTHER, HASH] }
    const pypi = '{ registry = "https://pypi.org/simple" }'
    expect(read(lock(pypi))).toEqual([{ ...widget, registry: PYPI }])
    expect(read(lock(pypi), OWN)).toEqual([{ ...widget, registry: OWN.pypi }])
    const registry = new URL('https://e.com/simple/')
    expect(read(lock('{ registry = "https://e.com/simple" }'), OWN)).toEqual([
      { ...widget, registry },
    ])
  })

  it('skips what comes from elsewhere', () => {
    for (const source of ['{ git = "https://e.com/w.git" }', '{ registry = "../folder" }'])
      expect(read(lock(source))).toMatchObject([{ kind: 'skipped' }])
  })

  it('is refused in other versions, and as no TOML', () => {
    expect(() => read('version = 2')).toThrow('uv lock')
    expect(() => read('version = ')).toThrow('not TOML')
  })
})

describe('requirements.txt', () => {
  const read = (text: string) => readRequirements(text, 'requirements.txt', NONE)

  it('is read with continued lines, extras, markers, comments and another index', () => {
    const found = read(`# by pip-compile
--index-url https://e.com/simple
Acme.Widget[fast]==1.0.0 ; python_version >= "3.9" \\
    --hash=sha256:${HASH} \\
    --hash=sha256:${OTHER}
    # via app
plain == 2.0  # why not
`)
    const registry = new URL('https://e.com/simple/')
    expect(found).toEqual([
      { kind: 'pypi', name: 'Acme.Widget', version: '1.0.0', registry, sha256: [HASH, OTHER] },
      { kind: 'pypi', name: 'plain', version: '2.0', registry, sha256: [] },
    ])
  })

  it('is refused if it names nothing, as any text file would', () => {
    expect(() => read('# nothing\n--require-hashes\n')).toThrow('names no package')
  })

  it('skips other files and what is not pinned', () => {
    expect(read('-r other.txt\nwidget>=1\nwidget==1.*\nw @ https://e.com/w.whl\n-e .')).toEqual(
      Array.from({ length: 5 }, () => expect.objectContaining({ kind: 'skipped' })),
    )
  })
})

describe('any lock file', () => {
  it('is read or refused, whatever is in it', async () => {
    const readers = await Promise.all(LOCKS.map(([, load]) => load()))
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"packages":${json}}`),
    )
    fc.assert(
      fc.property(text, (content) => {
        for (const read of readers) {
          try {
            expect(Array.isArray(read(content, 'lock', NONE))).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal)
          }
        }
      }),
    )
  })

  it('leads to no other host than the one of its address', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.string(), (url, name) => {
        const found = npmRegistryOf(name, url, undefined)
        expect(found === undefined || found.host === new URL(url).host).toBe(true)
      }),
    )
  })
})
