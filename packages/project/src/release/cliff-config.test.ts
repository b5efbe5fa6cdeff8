import { expect, it } from 'vitest'
import { cliffConfig, type Releasable } from './cliff-config.ts'

/** The sections by what the parsers, in their order, say of the first line of a commit. */
function sectionOf(releasable: Releasable, line: string): string | undefined {
  const { git } = cliffConfig({ releasable }) as {
    git: { commit_parsers: { message?: string; group?: string; skip?: boolean }[] }
  }
  const fits = git.commit_parsers.find(({ message }) => {
    const [, flag = '', pattern = ''] = /^(\(\?i\))?(.*)$/.exec(message ?? '(?!)') ?? []
    return new RegExp(pattern, flag && 'i').test(line)
  })
  return fits?.group
}

it('lists only commits of the types that make a release', () => {
  const releasable = ['feat', 'fix', 'docs', 'chore']
  expect(sectionOf(releasable, 'feat(core): a')).toBe('<!-- 1 -->Features')
  expect(sectionOf(releasable, 'Fix: a')).toBe('<!-- 2 -->Bug fixes')
  expect(sectionOf(releasable, 'docs: a')).toBe('<!-- 5 -->Documentation')
  expect(sectionOf(releasable, 'chore: a')).toBe('<!-- 6 -->Other changes')
  expect(sectionOf(releasable, 'perf: a')).toBeUndefined()
  expect(sectionOf(releasable, 'ci: a')).toBeUndefined()
})

it('does not take a word that begins like a type for the type', () => {
  expect(sectionOf(['fix'], 'fixup: a')).toBeUndefined()
})

it('lists every commit but merges where every commit makes a release', () => {
  expect(sectionOf('every-commit', 'whatever I did')).toBe('<!-- 6 -->Other changes')
  expect(sectionOf('every-commit', 'perf: a')).toBe('<!-- 3 -->Performance')
  expect(sectionOf('every-commit', "Merge branch 'topic'")).toBeUndefined()
})

it('puts breaking changes before everything else, whatever the types', () => {
  const { git } = cliffConfig({ releasable: [] }) as { git: { commit_parsers: unknown[] } }
  expect(git.commit_parsers[0]).toEqual({
    field: 'breaking',
    pattern: '^true$',
    group: '<!-- 0 -->Breaking changes',
  })
})

it('refuses a type of commits that is more than a word', () => {
  expect(() => cliffConfig({ releasable: ['feat|.*'] })).toThrow(
    expect.objectContaining({ code: 'option_invalid' }),
  )
})
