import { describe, expect, it } from 'vitest'
import type {
  NpmPublishOptions,
  NugetPublishOptions,
  PyPiPublishOptions,
} from '../options/publish.ts'
import { type NpmContext, type NpmWords, npmPublishOptions, npmTarget } from './npm-target.ts'
import { nugetTarget } from './nuget-target.ts'
import { Publisher } from './publisher.ts'
import { pypiTargets } from './pypi-target.ts'

const TYPE = 'NodeProject'

function npm(options: NpmPublishOptions, context: Partial<NpmContext> = {}) {
  return npmTarget(options, {
    type: TYPE,
    package: '@acme/widget',
    access: undefined,
    releaseEnvironment: undefined,
    ...context,
  })
}

function pypi(options: PyPiPublishOptions, releaseEnvironment?: string) {
  return pypiTargets(options, { type: TYPE, package: 'acme-widget', releaseEnvironment })
}

function nuget(options: NugetPublishOptions) {
  return nugetTarget(options, { type: TYPE, package: 'Acme.Widget', releaseEnvironment: undefined })
}

describe('what contradicts itself is refused', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'a stored token beside trusted publishing',
      () => npm({ trustedPublishing: true, npmTokenSecret: 'NPM_TOKEN' }),
      'option_conflict',
      'npmTokenSecret: "NPM_TOKEN"',
    ],
    [
      'trusted publishing to GitHub Packages',
      () => npm({ trustedPublishing: true, registry: 'npm.pkg.github.com' }),
      'option_conflict',
      'GitHub Packages has no trusted publishers',
    ],
    [
      'trusted publishing to GitHub Packages, with a path',
      () => npm({ trustedPublishing: true, registry: 'https://npm.pkg.github.com/acme' }),
      'option_conflict',
      'GitHub Packages has no trusted publishers',
    ],
    [
      'provenance of a restricted package',
      () => npm({ npmProvenance: true }, { access: 'restricted' }),
      'option_conflict',
      'provenance for public packages only',
    ],
    [
      'a restricted package without scope',
      () => npm({}, { access: 'restricted', package: 'widget' }),
      'option_conflict',
      'npm restricts scoped packages only',
    ],
    [
      'a registry that is no address',
      () => npm({ registry: 'not a host' }),
      'option_invalid',
      'no web address',
    ],
    [
      'a registry with a command in it',
      () => npm({ registry: 'https://x/$(id)/' }),
      'option_invalid',
      'no web address',
    ],
    [
      'a registry with a quote in it',
      () => npm({ registry: "https://x/';id;'" }),
      'option_invalid',
      'no web address',
    ],
    [
      'a registry by file',
      () => npm({ registry: 'file:///srv' }),
      'option_invalid',
      'no web address',
    ],
    [
      'a password beside trusted publishing',
      () => pypi({ trustedPublishing: true, twinePasswordSecret: 'PYPI' }),
      'option_conflict',
      'the secret PYPI',
    ],
    [
      'a user beside trusted publishing',
      () => pypi({ trustedPublishing: true, twineUsernameSecret: 'USER' }),
      'option_conflict',
      'the secret USER',
    ],
    [
      'trusted publishing to CodeArtifact',
      () =>
        pypi({
          trustedPublishing: true,
          twineRegistryUrl: 'https://acme-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/x/',
        }),
      'option_conflict',
      'AWS CodeArtifact has no trusted publishers',
    ],
    [
      'attestations without trusted publishing',
      () => pypi({ attestations: true }),
      'option_conflict',
      'only together with trusted publishing',
    ],
    [
      'two registries for one target',
      () => pypi({ testPypi: 'only', twineRegistryUrl: 'https://pypi.acme.example/legacy/' }),
      'option_conflict',
      'only one is published to',
    ],
    [
      'another word for testPypi',
      () => pypi({ testPypi: 'yes' as 'only' }),
      'option_type',
      'must be true, false or \'only\', not "yes"',
    ],
    [
      'an upload address that is none',
      () => pypi({ twineRegistryUrl: 'testpypi' }),
      'option_invalid',
      'no web address',
    ],
    [
      'an upload address with a command in it',
      () => pypi({ twineRegistryUrl: 'https://x/`id`' }),
      'option_invalid',
      'no web address',
    ],
    [
      'a key beside trusted publishing',
      () => nuget({ trustedPublishing: true, nugetApiKeySecret: 'KEY' }),
      'option_conflict',
      'nugetApiKeySecret: "KEY"',
    ],
  ])('%s', (_, make, code, sentence) => {
    expect(make).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    )
  })

  it('twice the same target', () => {
    const publisher = new Publisher(TYPE, undefined)
    publisher.publishToPyPi({ packageName: 'a', testPypi: 'only' })
    publisher.publishToPyPi({ packageName: 'a' })
    publisher.publishToNpm({ packageName: 'a' })
    for (const again of [
      () => publisher.publishToNpm({ packageName: 'b' }),
      () => publisher.publishToPyPi({ packageName: 'a', testPypi: true }),
      () =>
        publisher.publishToPyPi({
          packageName: 'a',
          twineRegistryUrl: 'https://test.pypi.org/legacy',
        }),
    ]) {
      expect(again).toThrow(expect.objectContaining({ code: 'publisher_twice' }))
    }
  })
})

describe('the npm target', () => {
  it('is the public registry by default, with a stored token unless it is trusted', () => {
    expect(npm({})).toMatchObject({
      job: 'release_npm',
      registry: 'https://registry.npmjs.org/',
      trusted: false,
      tokenSecret: 'NPM_TOKEN',
      environment: 'npm',
      provenance: undefined,
      access: undefined,
    })
    expect(npm({ trustedPublishing: true }).tokenSecret).toBeUndefined()
    expect(npm({ npmTokenSecret: 'OWN' }).tokenSecret).toBe('OWN')
  })

  it.each([
    ['registry.npmjs.org', 'https://registry.npmjs.org/'],
    ['https://registry.npmjs.org', 'https://registry.npmjs.org/'],
    ['HTTPS://Registry.NPMJS.org', 'https://registry.npmjs.org/'],
    ['npm.acme.example/path', 'https://npm.acme.example/path/'],
    ['http://localhost:4873', 'http://localhost:4873/'],
    ['https://[::1]:4873', 'https://[::1]:4873/'],
  ])('has one form of address: %s', (given, registry) => {
    expect(npm({ registry: given }).registry).toBe(registry)
  })

  it.each(['npm.pkg.github.com', 'https://npm.pkg.github.com', 'https://npm.pkg.github.com/acme'])(
    'takes the token of the run at GitHub Packages: %s',
    (registry) => {
      expect(npm({ registry }).tokenSecret).toBe('GITHUB_TOKEN')
    },
  )

  it('has the environment of the target before that of the release', () => {
    expect(npm({}, { releaseEnvironment: 'release' }).environment).toBe('release')
    const own = npm({ githubEnvironment: 'own' }, { releaseEnvironment: 'release' })
    expect(own.environment).toBe('own')
  })
})

describe('the PyPI target', () => {
  it.each<[PyPiPublishOptions, (string | undefined)[], string[], string[]]>([
    [{}, [undefined], ['release_pypi'], ['pypi']],
    [
      { twineRegistryUrl: 'https://upload.pypi.org/legacy/' },
      [undefined],
      ['release_pypi'],
      ['pypi'],
    ],
    [
      { twineRegistryUrl: 'https://upload.pypi.org/legacy' },
      [undefined],
      ['release_pypi'],
      ['pypi'],
    ],
    [
      { twineRegistryUrl: 'https://test.pypi.org/legacy' },
      ['https://test.pypi.org/legacy/'],
      ['release_testpypi'],
      ['testpypi'],
    ],
    [{ testPypi: 'only' }, ['https://test.pypi.org/legacy/'], ['release_testpypi'], ['testpypi']],
    [
      { testPypi: 'only', twineRegistryUrl: 'https://test.pypi.org/legacy/' },
      ['https://test.pypi.org/legacy/'],
      ['release_testpypi'],
      ['testpypi'],
    ],
    [
      { testPypi: true },
      ['https://test.pypi.org/legacy/', undefined],
      ['release_testpypi', 'release_pypi'],
      ['testpypi', 'pypi'],
    ],
    [
      { twineRegistryUrl: 'https://pypi.acme.example/upload' },
      ['https://pypi.acme.example/upload'],
      ['release_pypi'],
      ['pypi'],
    ],
  ])('of %j goes where it is to go', (options, urls, jobs, environments) => {
    const targets = pypi(options)
    expect(targets.map(({ url }) => url)).toEqual(urls)
    expect(targets.map(({ job }) => job)).toEqual(jobs)
    expect(targets.map(({ environment }) => environment)).toEqual(environments)
  })

  it('attests where it is trusted, unless it is not to', () => {
    const attests = (options: PyPiPublishOptions) => pypi(options)[0]?.attestations
    expect(attests({})).toBe(false)
    expect(attests({ trustedPublishing: true })).toBe(true)
    expect(attests({ trustedPublishing: true, attestations: false })).toBe(false)
  })
})

describe('the NuGet target', () => {
  it('asks for a user name where it is trusted, and for a key otherwise', () => {
    expect(nuget({ trustedPublishing: true })).toMatchObject({
      trusted: true,
      usernameSecret: 'NUGET_USERNAME',
      environment: 'nuget',
    })
    expect(nuget({ nugetApiKeySecret: 'KEY' })).toMatchObject({
      trusted: false,
      apiKeySecret: 'KEY',
    })
  })
})

describe('the words of a definition for npm', () => {
  const of = (words: NpmWords, byDefault = false) => npmPublishOptions(TYPE, words, byDefault)

  it.each<[NpmWords, boolean, object | undefined]>([
    [{}, false, undefined],
    [{}, true, {}],
    [{ publishToNpm: false }, true, undefined],
    [{ releaseToNpm: false }, true, undefined],
    [{ publishToNpm: true }, false, {}],
    [{ releaseToNpm: true }, false, {}],
    [{ publishToNpm: true, releaseToNpm: true }, false, {}],
    [{ publishToNpm: {} }, false, {}],
    [{ publishToNpm: { trustedPublishing: true } }, false, { trustedPublishing: true }],
    [
      { publishToNpm: true, npmPublishOptions: { trustedPublishing: true } },
      false,
      { trustedPublishing: true },
    ],
    [
      { releaseToNpm: true, npmTrustedPublishing: true, npmProvenance: false, npmRegistryUrl: 'x' },
      false,
      { trustedPublishing: true, npmProvenance: false, registry: 'x' },
    ],
    [
      { publishToNpm: { trustedPublishing: true }, npmTrustedPublishing: true },
      false,
      { trustedPublishing: true },
    ],
    [{ npmPublishOptions: { registry: 'x' } }, false, undefined],
    [{ publishToNpm: false, npmTrustedPublishing: true }, false, undefined],
  ])('come together: %j', (words, byDefault, expected) => {
    expect(of(words, byDefault)).toEqual(expected)
  })

  it.each<[NpmWords, string]>([
    [{ publishToNpm: true, releaseToNpm: false }, 'publishToNpm and releaseToNpm contradict'],
    [{ publishToNpm: false, releaseToNpm: true }, 'publishToNpm and releaseToNpm contradict'],
    [{ publishToNpm: {}, releaseToNpm: false }, 'publishToNpm and releaseToNpm contradict'],
    [
      { publishToNpm: { trustedPublishing: false }, npmTrustedPublishing: true },
      'trustedPublishing: false and trustedPublishing: true contradict',
    ],
    [
      { publishToNpm: { registry: 'a' }, npmPublishOptions: { registry: 'b' } },
      'registry: "a" and registry: "b" contradict',
    ],
    [
      { publishToNpm: true, npmPublishOptions: { npmTokenSecret: 'A' }, npmTokenSecret: 'B' },
      'npmTokenSecret: "A" and npmTokenSecret: "B" contradict',
    ],
    [{ npmTrustedPublishing: true }, 'nothing would be published. Set publishToNpm: true.'],
    [{ npmPublishOptions: { trustedPublishing: true } }, 'nothing would be published'],
  ])('are refused where they disagree: %j', (words, sentence) => {
    expect(() => of(words)).toThrow(
      expect.objectContaining({
        code: 'option_conflict',
        message: expect.stringContaining(sentence),
      }),
    )
  })
})
