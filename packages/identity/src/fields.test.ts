import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from './errors.ts'
import { parseFields } from './fields.ts'
import { findProvider } from './registered.ts'

const github = findProvider('github')
const gitlab = findProvider('gitlab')
const onGithub = { repository: 'acme/widget', workflow: 'release.yml' }
const onGitlab = { repository: 'acme/widget', workflow: '.gitlab-ci.yml' }
const long = 'a'.repeat(256)

const invalid = expect.objectContaining({ code: 'field_invalid', status: 422 })

describe('fields of GitHub Actions', () => {
  it.each([
    ...[
      '',
      ' ',
      'acme',
      '/widget',
      'acme/',
      'acme//widget',
      'acme/widget/x',
      `${long}/x`,
      `x/${long}`,
    ],
    ...[
      'acme/.',
      'acme/..',
      '-acme/x',
      '_acme/x',
      'ac me/x',
      'ac.me/x',
      'acme/wid get',
      'acme/w@x',
    ],
    ...[
      'acme/widget\0',
      'acme\n/widget',
      '\u212Ait/widget',
      'acme/w\u0131dget',
      'https://github.com/acme/widget',
    ],
  ])('refuse the repository %j', (repository) => {
    expect(() => parseFields(github, { ...onGithub, repository })).toThrow(invalid)
  })

  it.each(['a/b', 'acme/.github', 'octocat_acme/w', 'Acme/Widget.js', 'acme/-', 'acme/_x.'])(
    'accept the repository %s',
    (repository) => {
      expect(parseFields(github, { ...onGithub, repository })).toMatchObject({ repository })
    },
  )

  it.each([
    ...['release', 'release.yml.txt', '.yml', 'release.YML', 'release.json', `${long}.yml`],
    ...['sub/release.yml', '/release.yml', '.github/release.yml', '../release.yml', 'a\\b.yml'],
    ...[
      'release.yml/',
      'rel\nease.yml',
      'release.yml\0',
      'a/b/.github/workflows/release.yml',
      '*.yml',
    ],
    ...[
      'release.yml@refs/heads/main',
      '.github/workflows/',
      '.github/workflows/.github/workflows/a.yml',
    ],
  ])('refuse the workflow %j', (workflow) => {
    expect(() => parseFields(github, { ...onGithub, workflow })).toThrow(invalid)
  })

  it.each([
    ['release.yml', 'release.yml'],
    [' release.yaml ', 'release.yaml'],
    ['a@b.yml', 'a@b.yml'],
    ['.github/workflows/release.yml', 'release.yml'],
  ])('store the workflow %j as %s', (workflow, stored) => {
    expect(parseFields(github, { ...onGithub, workflow })).toMatchObject({ workflow: stored })
  })

  it.each(['acme/ci/.github/workflows/a.yml', 'a.yml'])('accept the called workflow %s', (file) => {
    const fields = { repository: 'acme/widget', calledWorkflow: file }
    expect(parseFields(github, fields)).toEqual(fields)
  })

  it.each([
    'acme/ci/a.yml',
    'acme/../.github/workflows/a.yml',
    'acme/ci/.github/workflows/x/a.yml',
  ])('refuse the called workflow %s', (calledWorkflow) => {
    expect(() => parseFields(github, { repository: 'acme/widget', calledWorkflow })).toThrow(
      invalid,
    )
  })

  it('name either the workflow file or the called workflow', () => {
    const broken = expect.objectContaining({
      code: 'field_invalid',
      message: expect.stringContaining('either'),
    })
    expect(() => parseFields(github, { repository: 'acme/widget' })).toThrow(broken)
    expect(() => parseFields(github, { ...onGithub, calledWorkflow: 'a.yml' })).toThrow(broken)
  })
})

describe('fields of GitLab', () => {
  it.each([
    ...['', 'acme', '/acme/widget', 'acme/widget/', 'acme//widget', '-acme/widget', 'acme/-widget'],
    ...[
      'acme/../widget',
      './widget',
      'acme/wid get',
      'acme/w@x',
      `acme/${long}`,
      'acme/widget\r\n/x',
    ],
    ...['\u212A/widget', 'acme/widget\0', 'https://gitlab.com/acme/widget', 'acme/%2e%2e'],
  ])('refuse the project %j', (repository) => {
    expect(() => parseFields(gitlab, { ...onGitlab, repository })).toThrow(invalid)
  })

  it.each([
    ...[
      '',
      '.gitlab-ci',
      '/ci/release.yml',
      'ci/release.yml/',
      'ci//release.yml',
      'ci/',
      'ci\\a.yml',
    ],
    ...['a\nb.yml', `${long}.yml`, 'https://x.example/a.yml', 'a.yml?x', 'a.YML'],
  ])('refuse the CI file %j', (workflow) => {
    expect(() => parseFields(gitlab, { ...onGitlab, workflow })).toThrow(invalid)
  })

  it.each(['.gitlab-ci.yml', 'ci/release.yaml', '.gitlab/ci/a b@c+d.yml'])(
    'accept the CI file %s',
    (workflow) => {
      expect(parseFields(gitlab, { ...onGitlab, workflow })).toMatchObject({ workflow })
    },
  )
})

describe.each([
  ['github', github, onGithub],
  ['gitlab', gitlab, onGitlab],
] as const)('shared fields of %s', (_, provider, typed) => {
  it.each([...'\'"`,;\\\0\u001f\u007f\t\r\n\u0085'])(
    'refuse %j inside an environment',
    (character) => {
      expect(() => parseFields(provider, { ...typed, environment: `a${character}b` })).toThrow(
        invalid,
      )
    },
  )

  it('refuse an environment of 256 characters and drop a blank one', () => {
    expect(() => parseFields(provider, { ...typed, environment: long })).toThrow(invalid)
    expect(parseFields(provider, { ...typed, environment: ' ' })).toEqual(typed)
    expect(parseFields(provider, { ...typed, environment: null })).toEqual(typed)
    expect(parseFields(provider, { ...typed, environment: ' pypi/production ' })).toEqual({
      ...typed,
      environment: 'pypi/production',
    })
  })

  it.each(['main', 'v*', '*', '**', ',', 'refs/tags/v*,main', 'refs/*a*a*a*a*', `refs/${long}`])(
    'refuse the ref patterns %j',
    (ref) => {
      expect(() => parseFields(provider, { ...typed, ref })).toThrow(invalid)
    },
  )

  it('refuse more ref patterns than anybody needs', () => {
    const refs = (count: number) => ({ ...typed, ref: Array(count).fill('refs/tags/v*').join(',') })
    expect(parseFields(provider, refs(20)).ref).toHaveLength(20 * 13 - 1)
    expect(() => parseFields(provider, refs(21))).toThrow(invalid)
  })

  it('store ref patterns without blanks', () => {
    const parsed = parseFields(provider, { ...typed, ref: ' refs/tags/v* ,, refs/heads/main,' })
    expect(parsed.ref).toBe('refs/tags/v*,refs/heads/main')
  })

  it.each(['constructor', '__proto__', 'toString', 'Repository', 'owner', ''])(
    'do not include %j',
    (name) => {
      const withExtra = JSON.parse(
        JSON.stringify(typed).replace('{', `{${JSON.stringify(name)}:"x",`),
      )
      expect(() => parseFields(provider, withExtra)).toThrow(
        expect.objectContaining({ code: 'field_unknown' }),
      )
    },
  )

  it.each<unknown>([1, true, [], ['acme/widget'], {}, { toString: null }])(
    'refuse the value %j',
    (repository) => {
      expect(() => parseFields(provider, { ...typed, repository })).toThrow(invalid)
    },
  )

  it('are refused in little time when they are long', () => {
    const start = performance.now()
    for (const text of ['a/'.repeat(127), 'a'.repeat(255), '.yml'.repeat(63), '*'.repeat(255)]) {
      for (const [name, field] of Object.entries(provider.fields)) {
        expect(field.parse(`${text}!`), name).toBeDefined()
      }
    }
    expect(performance.now() - start).toBeLessThan(200)
  })

  it('are parsed to something that parses to itself, or refused', () => {
    const names = Object.keys(provider.fields)
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary' }), (name, text) => {
        try {
          const fields = parseFields(provider, { ...typed, [name]: text })
          expect(parseFields(provider, fields)).toEqual(fields)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
    )
  })
})
