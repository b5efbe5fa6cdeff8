import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compared, described, differences, spelled } from './compare.ts'
import type { Rule } from './registrar.ts'

const rule = (fields: Rule['fields'] = {}, changes: Partial<Rule> = {}): Rule => ({
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml', ...fields },
  permissions: ['publish'],
  ...changes,
})

it('names every field that differs, with both sides', () => {
  const there = rule({ environment: 'npm', ref: 'refs/heads/main' })
  const wanted = rule({ environment: 'release' }, { permissions: ['stage', 'publish'] })
  expect(spelled(differences(there, wanted))).toBe(
    'environment npm, recorded release; ref refs/heads/main, recorded none; permissions publish, recorded publish, stage',
  )
})

it('takes the public issuer and none for the same', () => {
  const issuer = 'https://token.actions.githubusercontent.com'
  expect(differences(rule({}, { issuer }), rule())).toEqual([])
  const own = 'https://github.acme.example/_services/token'
  expect(differences(rule({}, { issuer: own }), rule())).toMatchObject([{ field: 'issuer' }])
})

it('does not compare the fields of different kinds of CI', () => {
  expect(differences(rule({}, { provider: 'gitlab' }), rule())).toEqual([
    { field: 'provider', there: 'gitlab', wanted: 'github' },
  ])
})

it('describes a publisher in one line', () => {
  expect(described(rule({ environment: 'npm' }, { permissions: [] }))).toBe(
    'github: repository acme/widget, workflow release.yml, environment npm; may do nothing',
  )
})

it('puts together what differs least, and loses nothing', () => {
  const value = fc.constantFrom('a', 'b', 'c')
  const rules = fc.array(
    fc.record({ repository: value, environment: value }).map((fields) => rule(fields)),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(rules, rules, (there, wanted) => {
      const { same, differing, missing, surplus } = compared(there, wanted, differences)
      expect(same.length + differing.length + surplus.length).toBe(there.length)
      expect(same.length + differing.length + missing.length).toBe(wanted.length)
      expect(missing.length === 0 || surplus.length === 0).toBe(true)
      // Whatever has its equal is found with it.
      const lonely = [...differing.map((pair) => pair.wanted), ...missing]
      const free = [...differing.map((pair) => pair.there), ...surplus]
      expect(lonely.some((one) => free.some((o) => differences(o, one).length === 0))).toBe(false)
    }),
  )
})
