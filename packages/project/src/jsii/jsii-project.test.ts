import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsiiProjectOptions } from '../options/jsii.ts'
import { planSynth } from '../synth/plan.ts'
import { JsiiProject } from './jsii-project.ts'

const folder = mkdtempSync(join(tmpdir(), 'trustpub-jsii-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The definition of the documentation. */
const DOCUMENTED: JsiiProjectOptions = {
  name: 'widget',
  author: 'Acme',
  authorAddress: 'dev@acme.example',
  repositoryUrl: 'https://github.com/acme/widget.git',
  defaultReleaseBranch: 'main',
  publishToNpm: { trustedPublishing: true },
  publishToPypi: { distName: 'acme-widget', module: 'acme_widget', trustedPublishing: true },
  publishToNuget: {
    dotNetNamespace: 'Acme.Widget',
    packageId: 'Acme.Widget',
    trustedPublishing: true,
  },
}

/** One without any target but npm. */
const LEAST: JsiiProjectOptions = {
  name: 'widget',
  author: 'Acme',
  authorAddress: 'https://acme.example',
  repositoryUrl: 'acme/widget',
}

function make(options: object): JsiiProject {
  return new JsiiProject({ outdir: folder, ...options } as JsiiProjectOptions)
}

function filesOf(options: object): ReadonlyMap<string, string> {
  const { changes } = planSynth(make(options))
  return new Map(changes.map(({ path, after = '' }) => [path, after]))
}

interface Manifest {
  readonly jsii: { readonly targets: object; readonly excludeTypescript?: readonly string[] }
  readonly scripts: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

function manifestOf(options: object): Manifest {
  return JSON.parse(filesOf(options).get('package.json') ?? '')
}

interface Step {
  readonly name: string
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>
  readonly env?: object
  readonly steps: readonly Step[]
}

function jobsOf(options: object): Readonly<Record<string, Job>> {
  return parse(filesOf(options).get('.github/workflows/release.yml') ?? '').jobs
}

function codeOf(options: object): string | undefined {
  try {
    make(options)
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

describe('package.json of a JsiiProject', () => {
  const manifest = manifestOf(DOCUMENTED)

  it('tells jsii where everything is, and what to make of it', () => {
    expect(manifest).toMatchObject({
      author: { name: 'Acme', email: 'dev@acme.example' },
      license: 'Apache-2.0',
      stability: 'stable',
      main: 'lib/index.js',
      types: 'lib/index.d.ts',
      jsii: {
        outdir: 'dist',
        versionFormat: 'full',
        tsc: { outDir: 'lib', rootDir: 'src' },
        targets: {
          python: { distName: 'acme-widget', module: 'acme_widget' },
          dotnet: { namespace: 'Acme.Widget', packageId: 'Acme.Widget' },
        },
      },
    })
    expect(manifest).not.toHaveProperty('type')
  })

  it('names addresses that PyPI takes', () => {
    expect(manifest).toMatchObject({
      homepage: 'https://github.com/acme/widget',
      repository: { type: 'git', url: 'https://github.com/acme/widget.git' },
    })
    const { homepage } = manifestOf({ ...DOCUMENTED, homepage: 'https://acme.example' })
    expect(homepage).toBe('https://acme.example')
  })

  it('has the tools that compile, pack and test, and no more', () => {
    const names = ['@types/node', 'jsii', 'jsii-pacmak', 'jsii-rosetta', 'typescript']
    expect(Object.keys(manifest.devDependencies)).toEqual(names)
    expect(Object.values(manifest.devDependencies).filter((range) => range === '*')).toEqual([])
  })

  it('keeps jsii and jsii-rosetta at the same range', () => {
    const { devDependencies } = manifestOf({ ...DOCUMENTED, jsiiVersion: '~5.9.0' })
    expect(devDependencies).toMatchObject({ jsii: '~5.9.0', 'jsii-rosetta': '~5.9.0' })
  })

  it('writes an address of the web as such', () => {
    expect(manifestOf(LEAST).author).toEqual({ name: 'Acme', url: 'https://acme.example' })
  })

  it('moves with srcdir and libdir', () => {
    const moved = manifestOf({ ...LEAST, srcdir: 'source', libdir: 'out' })
    expect(moved).toMatchObject({
      main: 'out/index.js',
      types: 'out/index.d.ts',
      jsii: { tsc: { outDir: 'out', rootDir: 'source' } },
    })
  })

  it('hands jsii what it is to leave out, and whether to compress', () => {
    const more = { excludeTypescript: ['src/old/**'], compressAssembly: true }
    const { jsii, scripts } = manifestOf({ ...LEAST, ...more })
    expect(jsii.excludeTypescript).toEqual(['src/old/**'])
    expect(scripts.compile).toBe('jsii --silence-warnings=reserved-word --compress-assembly')
  })
})

describe('the package task of a JsiiProject', () => {
  const { publishToPypi, publishToNuget } = DOCUMENTED
  it.each([
    ['js python dotnet', DOCUMENTED],
    ['js', LEAST],
    ['js python', { ...LEAST, publishToPypi }],
    ['python', { ...LEAST, publishToPypi, publishToNpm: false }],
    ['dotnet', { ...LEAST, publishToNuget, releaseToNpm: false }],
    ['js', { ...LEAST, release: false }],
  ])('packs %s, which is what is published', (targets, options) => {
    const { scripts } = manifestOf(options)
    expect(scripts.package).toBe(`jsii-pacmak --no-npmignore --targets ${targets}`)
  })
})

describe('the files of a JsiiProject', () => {
  const files = filesOf(DOCUMENTED)

  it('leave tsconfig.json to jsii, and out of git', () => {
    expect(files.has('tsconfig.json')).toBe(false)
    const ignored = files.get('.gitignore')?.split('\n')
    expect(ignored).toEqual(
      expect.arrayContaining(['/tsconfig.json', '/.jsii', '/.jsii.gz', '/lib/']),
    )
  })

  it('keep .jsii in the package, and the sources out of it', () => {
    const patterns = files.get('.npmignore')?.split('\n')
    expect(patterns).toEqual(expect.arrayContaining(['!/.jsii', '!/.jsii.gz']))
    expect(patterns).toEqual(
      expect.arrayContaining(['/src/', '/test/', '/tsconfig*.json', '/dist/']),
    )
    expect(patterns).not.toContain('/lib/')
  })

  it('begin with a class and a test of it', () => {
    expect(files.get('src/index.ts')).toContain('export class Greeter')
    expect(files.get('test/index.test.ts')).toContain("from '../src/index'")
  })

  it('record the publishers of npm and PyPI', () => {
    const { publishers } = JSON.parse(files.get('trusted-publishers.json') ?? '')
    const packages = publishers.map((one: { package: string }) => one.package)
    expect(packages).toEqual(['npm:widget', 'pypi:acme-widget'])
  })
})

describe('the release workflow of a JsiiProject', () => {
  const jobs = jobsOf(DOCUMENTED)
  const publishing = ['release_npm', 'release_pypi', 'release_nuget']

  it('lets the publishing jobs ask for ID tokens, and no other', () => {
    const withToken = Object.entries(jobs).filter(([, job]) => job.permissions['id-token'])
    expect(withToken.map(([id]) => id)).toEqual(publishing)
  })

  it.each(publishing)('installs, checks out and builds nothing in %s', (id) => {
    const steps = jobs[id]?.steps ?? []
    expect(steps).not.toEqual([])
    const text = JSON.stringify(steps)
    expect(text).not.toMatch(/npm ci|npm install|npm run|jsii|actions\/checkout/)
    expect(steps.map(({ name }) => name)).toContain('Check the digests')
  })

  it('packs everything in the job that builds, which holds nothing worth stealing', () => {
    const { steps = [], permissions } = jobs.release ?? {}
    expect(permissions).toEqual({ contents: 'read' })
    expect(steps.find(({ name }) => name === 'Pack')?.run).toBe('npm run package')
    expect(JSON.stringify(steps)).not.toContain('secrets.')
  })

  it('sets the version before jsii compiles it into everything', () => {
    const names = jobs.release?.steps.map(({ name }) => name) ?? []
    expect(names.indexOf('Set the version')).toBeLessThan(names.indexOf('Build'))
  })

  it('brings a Node that jsii runs on, whatever the package itself supports', () => {
    const { release } = jobsOf({ ...DOCUMENTED, minNodeVersion: '14.17.0' })
    const node = release?.steps.find(({ uses }) => uses?.startsWith('actions/setup-node'))
    expect(node?.with?.['node-version']).toBe('24.x')
  })

  it('brings Python only where there is a Python package', () => {
    const usesPython = (options: object) =>
      JSON.stringify(jobsOf(options).release).includes('actions/setup-python')
    expect(usesPython(DOCUMENTED)).toBe(true)
    expect(usesPython(LEAST)).toBe(false)
  })

  it("publishes to npm by default, and takes projen's word for trusted publishing", () => {
    expect(jobsOf(LEAST).release_npm?.permissions).toEqual({ contents: 'read' })
    const trusted = jobsOf({ ...LEAST, npmTrustedPublishing: true })
    expect(trusted.release_npm?.permissions).toMatchObject({ 'id-token': 'write' })
  })

  it('brings Python into the image of GitLab', () => {
    const { publishToNuget: _, ...options } = DOCUMENTED
    const ci = filesOf({ ...options, repositoryUrl: 'https://gitlab.com/acme/widget' })
    const { release } = parse(ci.get('.gitlab-ci.yml') ?? '')
    expect(release.script).toContainEqual(expect.stringContaining('python3-venv'))
  })
})

describe('JsiiProject', () => {
  it.each(['author', 'authorAddress', 'repositoryUrl'])(
    'refuses a definition without %s',
    (name) => {
      expect(codeOf({ ...LEAST, [name]: undefined })).toBe('option_required')
      expect(codeOf({ ...LEAST, [name]: '' })).toBe('option_required')
    },
  )

  it.each([
    ['publishToPypi', 'distName'],
    ['publishToPypi', 'module'],
    ['publishToNuget', 'dotNetNamespace'],
    ['publishToNuget', 'packageId'],
  ] as const)('refuses %s without %s', (target, name) => {
    const options = { ...DOCUMENTED, [target]: { ...DOCUMENTED[target], [name]: undefined } }
    expect(() => make(options)).toThrow(`JsiiProject needs the option ${target}.${name}.`)
  })

  it.each([
    ['publishToPypi', 'distName', 'acme widget'],
    ['publishToPypi', 'distName', 'acme-'],
    ['publishToPypi', 'module', 'acme-widget'],
    ['publishToPypi', 'module', 'acme..widget'],
    ['publishToNuget', 'dotNetNamespace', 'Acme Widget'],
    ['publishToNuget', 'packageId', 'Acme/Widget'],
  ] as const)('refuses %s.%s: "%s", which jsii would take', (target, name, value) => {
    expect(codeOf({ ...DOCUMENTED, [target]: { ...DOCUMENTED[target], [name]: value } })).toBe(
      'option_invalid',
    )
  })

  it.each([
    ['publishToNpm', { npmTokenSecret: 'NPM_TOKEN' }],
    ['publishToPypi', { twinePasswordSecret: 'TWINE_PASSWORD' }],
    ['publishToPypi', { twineUsernameSecret: 'TWINE_USERNAME' }],
    ['publishToNuget', { nugetApiKeySecret: 'NUGET_API_KEY' }],
  ] as const)('refuses a stored secret beside trusted publishing in %s: %j', (target, secret) => {
    const own = DOCUMENTED[target]
    const options = { ...DOCUMENTED, [target]: { ...(own as object), ...secret } }
    expect(codeOf(options)).toBe('option_conflict')
  })

  it.each([
    ['esm', true, 'option_conflict'],
    ['authorAddress', 'Acme', 'option_invalid'],
    ['rootdir', 'packages', 'option_type'],
    ['prerelease', 'canary', 'option_invalid'],
    ['publishToMaven', {}, 'option_refused'],
    ['publishToGo', {}, 'option_refused'],
    ['autor', 'Acme', 'option_unknown'],
  ])('refuses %s: %j', (name, value, code) => {
    expect(codeOf({ ...DOCUMENTED, [name]: value })).toBe(code)
  })

  it.each(['publishToPypi', 'publishToNuget'] as const)('refuses %s without a release', (name) => {
    expect(codeOf({ ...LEAST, [name]: DOCUMENTED[name], release: false })).toBe('release_off')
  })

  it('says that options about tsconfig.json change nothing', () => {
    const { notes } = make({ ...LEAST, tsconfig: {}, disableTsconfig: true })
    expect(notes).toHaveLength(2)
    expect(notes[0]).toContain('tsconfig has no effect here: the compiler of jsii')
  })
})
