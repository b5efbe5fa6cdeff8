import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkOptions, type OptionRow } from './check.ts'
import { JSII_OPTIONS } from './jsii.ts'
import { NODE_OPTIONS } from './node.ts'
import { NPM_PUBLISH_OPTIONS, NUGET_PUBLISH_OPTIONS, PYPI_PUBLISH_OPTIONS } from './publish.ts'
import { PYTHON_OPTIONS } from './python.ts'
import { BRANCH_OPTIONS } from './release.ts'
import { TYPESCRIPT_OPTIONS } from './typescript.ts'
import {
  UNUSED_GITHUB_OPTIONS,
  UNUSED_JSII_OPTIONS,
  UNUSED_NODE_OPTIONS,
  UNUSED_PYTHON_OPTIONS,
  UNUSED_TYPESCRIPT_OPTIONS,
} from './unused.ts'

type Table = Readonly<Record<string, OptionRow>>

const projen: { readonly options: Readonly<Record<string, readonly string[]>> } = JSON.parse(
  readFileSync(new URL('fixtures/projen-options.json', import.meta.url), 'utf8'),
)

const membersOf = (row: OptionRow | undefined): Table =>
  typeof row === 'object' && 'members' in row ? row.members : {}

/** What projen has, by its own names for the lists. */
const TABLES: readonly (readonly [string, Table])[] = [
  ['NodeProject', NODE_OPTIONS],
  ['TypeScriptProject', TYPESCRIPT_OPTIONS],
  ['JsiiProject', JSII_OPTIONS],
  ['PythonProject', PYTHON_OPTIONS],
  ['NpmPublishOptions', NPM_PUBLISH_OPTIONS],
  ['PyPiPublishOptions', PYPI_PUBLISH_OPTIONS],
  ['NugetPublishOptions', NUGET_PUBLISH_OPTIONS],
  ['JsiiPythonTarget', membersOf(JSII_OPTIONS.publishToPypi)],
  ['JsiiDotNetTarget', membersOf(JSII_OPTIONS.publishToNuget)],
  ['BranchOptions', BRANCH_OPTIONS],
]

const UNUSED: readonly (readonly [string, Table, Table])[] = [
  ['NodeProject', UNUSED_NODE_OPTIONS, NODE_OPTIONS],
  ['TypeScriptProject', UNUSED_TYPESCRIPT_OPTIONS, TYPESCRIPT_OPTIONS],
  ['JsiiProject', UNUSED_JSII_OPTIONS, JSII_OPTIONS],
  ['PythonProject', UNUSED_PYTHON_OPTIONS, PYTHON_OPTIONS],
]

describe("projen's options", () => {
  it.each(TABLES)('are all known in %s', (list, table) => {
    const names = projen.options[list] ?? []
    expect(names).not.toEqual([])
    expect(names.filter((name) => !Object.hasOwn(table, name))).toEqual([])
  })

  it.each(UNUSED)('are not passed over in %s where they are supported', (_, unused, table) => {
    const hidden = Object.keys(unused).filter((name) => table[name] !== unused[name])
    expect(hidden).toEqual([])
  })

  it.each([...UNUSED, ['GitHubOptions', UNUSED_GITHUB_OPTIONS, UNUSED_GITHUB_OPTIONS] as const])(
    'are no inventions of ours in %s',
    (list, unused) => {
      const names = projen.options[list] ?? []
      expect(Object.keys(unused).filter((name) => !names.includes(name))).toEqual([])
    },
  )

  it('have reasons that end the sentence they stand in', () => {
    const rows = [...UNUSED.map(([, unused]) => unused), UNUSED_GITHUB_OPTIONS].flatMap((table) =>
      Object.values(table as Table),
    )
    const reasons = rows.map((row) => {
      if (typeof row !== 'object') return undefined
      return 'unused' in row ? row.unused : 'refused' in row ? row.refused : undefined
    })
    expect(reasons.filter((reason) => !/^\S.{20,180}[^.]\.$/.test(reason ?? ''))).toEqual([])
  })
})

describe('checkOptions', () => {
  const check = (options: unknown, table: Table = NODE_OPTIONS): string[] =>
    checkOptions('NodeProject', options, table)

  it('has nothing to say of options that are used', () => {
    const options = {
      name: 'widget',
      releaseToNpm: true,
      npmTrustedPublishing: true,
      publishToNpm: { trustedPublishing: true, githubEnvironment: 'npm' },
      majorVersion: 2,
      keywords: ['a'],
      packageManager: 'pnpm',
      description: undefined,
    }
    expect(check(options)).toEqual([])
  })

  it('refuses an unknown option with the nearest name', () => {
    expect(() => check({ name: 'widget', relaseToNpm: true })).toThrow(
      expect.objectContaining({
        code: 'option_unknown',
        message: 'NodeProject has no option relaseToNpm. Did you mean releaseToNpm?',
      }),
    )
  })

  it('refuses an unknown option even without a value', () => {
    expect(() => check({ releseToNpm: undefined })).toThrow(
      expect.objectContaining({ code: 'option_unknown' }),
    )
  })

  it('refuses an unknown member of an option, with its path', () => {
    expect(() => check({ npmPublishOptions: { trustedPublising: true } })).toThrow(
      'NodeProject has no option npmPublishOptions.trustedPublising. Did you mean trustedPublishing?',
    )
    expect(() => check({ publishToNpm: { npmProvenence: false } })).toThrow(
      'NodeProject has no option publishToNpm.npmProvenence. Did you mean npmProvenance?',
    )
    expect(() => check({ publishToPypi: { distname: 'widget' } }, JSII_OPTIONS)).toThrow(
      'NodeProject has no option publishToPypi.distname. Did you mean distName?',
    )
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'refuses %s, which every object has',
    (name) => {
      const options = JSON.parse(`{ "${name}": true }`)
      expect(() => check(options)).toThrow(expect.objectContaining({ code: 'option_unknown' }))
    },
  )

  it('refuses every name that is in no table', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        fc.pre(!Object.hasOwn(NODE_OPTIONS, name))
        const options = Object.fromEntries([[name, 1]])
        expect(() => check(options)).toThrow(expect.objectContaining({ code: 'option_unknown' }))
      }),
    )
  })

  it.each([
    [{ name: 1 }, 'name must be text, not 1'],
    [{ name: null }, 'name must be text, not null'],
    [{ releaseToNpm: 'true' }, 'releaseToNpm must be true or false, not "true"'],
    [{ majorVersion: '2' }, 'majorVersion must be a whole number from 0 on, not "2"'],
    [{ majorVersion: -1 }, 'majorVersion must be a whole number from 0 on, not -1'],
    [{ majorVersion: 1.5 }, 'majorVersion must be a whole number from 0 on, not 1.5'],
    [{ majorVersion: Number.NaN }, 'majorVersion must be a whole number from 0 on, not NaN'],
    [{ keywords: 'a' }, 'keywords must be a list of texts, not "a"'],
    [{ keywords: ['a', 1] }, 'keywords must be a list of texts, not a list'],
    [{ bin: [] }, 'bin must be an object, not a list'],
    [{ postBuildSteps: {} }, 'postBuildSteps must be a list, not an object'],
    [{ npmAccess: 'everyone' }, 'npmAccess must be one of public, restricted, not "everyone"'],
    [{ publishToNpm: 'yes' }, 'publishToNpm must be an object, not "yes"'],
    [{ npmPublishOptions: true }, 'npmPublishOptions must be an object, not true'],
    [
      { npmPublishOptions: { trustedPublishing: 1 } },
      'npmPublishOptions.trustedPublishing must be true or false, not 1',
    ],
  ])('refuses %j', (options, sentence) => {
    expect(() => check(options)).toThrow(
      expect.objectContaining({
        code: 'option_type',
        message: expect.stringContaining(`NodeProject: ${sentence}`),
      }),
    )
  })

  it.each([null, undefined, 'widget', ['widget']])('refuses %j in place of options', (options) => {
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'option_type' }))
  })

  it('says of an unused option that it has no effect, and why', () => {
    expect(check({ eslint: true, jestOptions: {} }, TYPESCRIPT_OPTIONS)).toEqual([
      expect.stringMatching(/^eslint has no effect here: no linter .*\.$/),
      expect.stringMatching(/^jestOptions has no effect here: Node's own runner .*\.$/),
    ])
    expect(check({ publishToNpm: { publishTools: {} } })).toEqual([
      expect.stringMatching(/^publishToNpm\.publishTools has no effect here: /),
    ])
  })

  it('is silent where an unused option is switched off or not set', () => {
    expect(check({ jest: false, vscode: false, prettierOptions: undefined })).toEqual([])
  })

  it.each([
    [NODE_OPTIONS, { nextVersionCommand: 'echo 2.0.0' }],
    [NODE_OPTIONS, { codeArtifactOptions: {} }],
    [NODE_OPTIONS, { scopedPackagesOptions: [] }],
    [NODE_OPTIONS, { workflowRunsOnGroup: { group: 'large' } }],
    [NODE_OPTIONS, { npmPublishOptions: { codeArtifactOptions: {} } }],
    [JSII_OPTIONS, { publishToMaven: { javaPackage: 'com.acme' } }],
    [JSII_OPTIONS, { publishToGo: { moduleName: 'acme.com/widget' } }],
    [PYTHON_OPTIONS, { poetryOptions: { include: ['data'] } }],
    [PYTHON_OPTIONS, { uvOptions: {} }],
    [PYTHON_OPTIONS, { setupConfig: {} }],
  ])('refuses what would change a release if it were passed over: %#', (table, options) => {
    const [name] = Object.keys(options)
    expect(() => check(options, table)).toThrow(
      expect.objectContaining({
        code: 'option_refused',
        message: expect.stringMatching(`^NodeProject: ${name}.* cannot be had here: .*\\.$`),
      }),
    )
  })
})
