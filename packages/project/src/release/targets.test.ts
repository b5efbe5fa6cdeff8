import { describe, expect, it } from 'vitest'
import type { NugetPublishOptions, PyPiPublishOptions } from '../options/publish.ts'
import { nugetTarget } from './nuget-target.ts'
import { Publisher } from './publisher.ts'
import { pypiTargets } from './pypi-target.ts'

const TYPE = 'NodeProject'

function pypi(options: PyPiPublishOptions, releaseEnvironment?: string) {
  return pypiTargets(options, { type: TYPE, package: 'acme-widget', releaseEnvironment })
}

function nuget(options: NugetPublishOptions) {
  return nugetTarget(options, { type: TYPE, package: 'Acme.Widget', releaseEnvironment: undefined })
}

describe('what contradicts itself is refused', () => {
  it.each<[string, () => unknown, string, string]>([
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

  it.each(["it's", '"a"', 'a,b', 'a;b', 'a\\b', 'a\nb', '', ' a'])(
    'the environment %j, for which no publisher could ask',
    (githubEnvironment) => {
      const publisher = new Publisher({
        type: TYPE,
        packageName: 'a',
        releaseEnvironment: undefined,
      })
      expect(() => publisher.publishToNpm({ packageName: 'a', githubEnvironment })).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    },
  )

  it('twice the same target', () => {
    const publisher = new Publisher({ type: TYPE, packageName: 'a', releaseEnvironment: undefined })
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
