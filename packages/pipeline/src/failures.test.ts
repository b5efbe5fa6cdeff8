import { describe, expect, it } from 'vitest'
import { CHECKS } from './checks/index.ts'
import { FAILURE_MODES } from './failures.ts'

describe('the failure modes', () => {
  it.each(FAILURE_MODES)('$id is found by a check, or by what it names', ({ id, also }) => {
    const checks = CHECKS.filter(({ failures }) => failures.includes(id))
    expect(checks.length > 0 || also !== undefined).toBe(true)
  })

  it('are all that checks name', () => {
    const ids = FAILURE_MODES.map(({ id }) => id)
    const named = CHECKS.flatMap(({ failures }) => failures)
    expect(named.filter((id) => !ids.includes(id))).toEqual([])
    expect(ids).toEqual(Array.from({ length: 43 }, (_, at) => `F${at + 1}`))
  })
})
