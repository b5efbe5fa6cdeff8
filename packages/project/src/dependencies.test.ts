import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dependencies, parseDependency } from './dependencies.ts'

describe('parseDependency', () => {
  it.each([
    ['semver', { name: 'semver' }],
    ['semver@^7', { name: 'semver', version: '^7' }],
    ['@types/node', { name: '@types/node' }],
    ['@types/node@>=20 <27', { name: '@types/node', version: '>=20 <27' }],
    ['b@npm:c@1', { name: 'b', version: 'npm:c@1' }],
    ['requests>=2,<3', { name: 'requests', version: '>=2,<3' }],
    ['requests ~= 2.1', { name: 'requests', version: '~= 2.1' }],
    ['uvicorn[standard]@^0.30', { name: 'uvicorn[standard]', version: '^0.30' }],
    [' trimmed@1 ', { name: 'trimmed', version: '1' }],
  ])('reads %s', (spec, expected) => {
    expect(parseDependency(spec)).toEqual(expected)
  })

  it.each(['', '@', 'a@', '@a', '@a/', '-x', 'a b', 'a@ 1', '$(id)', 'a\n@1', '.a'])(
    'refuses %j',
    (spec) => {
      expect(() => parseDependency(spec)).toThrow(
        expect.objectContaining({ code: 'dependency_invalid' }),
      )
    },
  )

  it('either reads a text as name and range, or refuses it', () => {
    fc.assert(
      fc.property(fc.string(), (spec) => {
        try {
          const { name, version = '' } = parseDependency(spec)
          expect(spec.replace('@', '').replace(/\s/g, '')).toContain(
            name.replace('@', '').replace(/\s/g, ''),
          )
          expect(spec).toContain(version)
        } catch (error) {
          expect(error).toMatchObject({ code: 'dependency_invalid' })
        }
      }),
    )
  })
})

describe('Dependencies', () => {
  it('have the last that was said of a name, for each type', () => {
    const deps = new Dependencies()
    deps.addDependency('b@1', 'runtime')
    deps.addDependency('a@1', 'build')
    deps.addDependency('b@2', 'runtime')
    deps.addDependency('b@3', 'peer')
    expect(deps.all).toEqual([
      { name: 'a', version: '1', type: 'build' },
      { name: 'b', version: '2', type: 'runtime' },
      { name: 'b', version: '3', type: 'peer' },
    ])
    expect(deps.ofType('peer', 'build').map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('are removed for one type or for all', () => {
    const deps = new Dependencies()
    for (const type of ['runtime', 'peer', 'build'] as const) deps.addDependency('a', type)
    deps.removeDependency('a', 'peer')
    expect(deps.all.map(({ type }) => type).toSorted()).toEqual(['build', 'runtime'])
    deps.removeDependency('a')
    expect(deps.all).toEqual([])
  })

  it('name what is not there', () => {
    const deps = new Dependencies()
    deps.addDependency('a', 'runtime')
    expect(deps.getDependency('a').type).toBe('runtime')
    expect(() => deps.getDependency('a', 'peer')).toThrow('There is no dependency a of type peer.')
    expect(() => deps.getDependency('b')).toThrow(
      expect.objectContaining({ code: 'dependency_unknown' }),
    )
  })
})
