import { describe, expect, it } from 'vitest'
import type { ReleaseOptions } from '../options/release.ts'
import { node } from '../testing-definitions.ts'
import { branchSettings } from './branches.ts'

function branches(options: ReleaseOptions, python = false) {
  return branchSettings('NodeProject', options, python)
}

describe('the branches of a release', () => {
  it('are main alone, if nothing is said', () => {
    expect(branches({})).toEqual([{ name: 'main' }])
  })

  it('have the options of the project in the default one, which comes first', () => {
    expect(
      branches({
        defaultReleaseBranch: 'trunk',
        majorVersion: 3,
        npmDistTag: 'latest',
        releaseBranches: {
          '2': { majorVersion: 2 },
          next: { prerelease: 'beta', environment: 'e' },
        },
      }),
    ).toEqual([
      { name: 'trunk', majorVersion: 3, npmDistTag: 'latest' },
      { name: '2', majorVersion: 2 },
      { name: 'next', prerelease: 'beta', environment: 'e' },
    ])
  })

  it.each<[string, ReleaseOptions, string]>([
    [
      'an old line that takes latest',
      { releaseBranches: { '2.x': { majorVersion: 2, npmDistTag: 'latest' } } },
      'releaseBranches["2.x"].npmDistTag is "latest"',
    ],
    [
      'the default branch as another one',
      { releaseBranches: { main: { majorVersion: 2 } } },
      'defaultReleaseBranch: "main" and releaseBranches["main"] contradict',
    ],
    ['a dist-tag that reads like a version', { npmDistTag: 'v2' }, 'npmDistTag is "v2"'],
    ['a dist-tag that is a range', { npmDistTag: '2.x' }, 'npmDistTag is "2.x"'],
    ['a dist-tag with a command', { npmDistTag: 'a;b' }, 'npmDistTag is "a;b"'],
    [
      'an environment that no publisher could ask for',
      { releaseBranches: { next: { environment: "it's" } } },
      'releaseBranches["next"].environment is "it\'s"',
    ],
    [
      'both ways to hold a major version',
      { majorVersion: 2, minMajorVersion: 2 },
      'majorVersion and minMajorVersion contradict',
    ],
  ])('refuse %s', (_, options, sentence) => {
    expect(() => branches(options)).toThrow(sentence)
  })

  it.each([
    'a b',
    'a..b',
    '/a',
    'a/',
    'a.',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    '[a]',
    'a\\b',
    'a@{b',
    'a"b',
    'a\nb',
    '',
  ])('refuse %j, which is no branch', (defaultReleaseBranch) => {
    expect(() => branches({ defaultReleaseBranch })).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })

  it.each(['main', 'release/1.x', 'feature#1', "it's", 'a+b', '$(id)', 'ä'])('take %j', (name) => {
    expect(branches({ defaultReleaseBranch: name })[0]?.name).toBe(name)
  })

  it('have prereleases that Python can spell, where Python packages are released', () => {
    expect(() => branches({ prerelease: 'canary' }, true)).toThrow(
      'Python knows alpha, beta, rc, dev only',
    )
    expect(() => branches({ prerelease: 'canary' })).not.toThrow()
    expect(() => branches({ prerelease: 'rc' }, true)).not.toThrow()
  })
})

describe('releaseBranches', () => {
  const define = (options: object) => () =>
    node({ publishToNpm: { trustedPublishing: true }, releaseBranches: { '2.x': options } })

  it.each<[string, object, string, string]>([
    [
      'a member that is unknown',
      { majorversion: 2 },
      'option_unknown',
      'releaseBranches["2.x"].majorversion. Did you mean majorVersion?',
    ],
    [
      'a version as text',
      { majorVersion: '2' },
      'option_type',
      'releaseBranches["2.x"].majorVersion must be a whole number',
    ],
    [
      'tags of its own',
      { tagPrefix: 'x' },
      'option_refused',
      'all branches of a project share its tags',
    ],
    [
      'a value that is no object',
      2 as never,
      'option_type',
      'releaseBranches["2.x"] must be an object, not 2',
    ],
    [
      'a minor version alone',
      { minorVersion: 2 },
      'option_conflict',
      'minorVersion and majorVersion',
    ],
  ])('refuse %s', (_, options, code, sentence) => {
    expect(define(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    )
  })

  it('say what has no effect', () => {
    expect(define({ majorVersion: 2, workflowName: 'x' })().notes).toEqual([
      expect.stringMatching(/^releaseBranches\["2\.x"\]\.workflowName has no effect here: /),
    ])
  })
})
