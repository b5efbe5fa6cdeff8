import { describe, expect, it } from 'vitest'
import type { NpmPublishOptions } from '../options/publish.ts'
import { type NpmContext, type NpmWords, npmPublishOptions, npmTarget } from './npm-target.ts'

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

describe('what contradicts itself about npm is refused', () => {
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
  ])('%s', (_, make, code, sentence) => {
    expect(make).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    )
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
