import pc from 'picocolors'
import { expect, it } from 'vitest'
import { table } from './table.ts'

const colour = pc.createColors(true)

it('aligns columns and leaves no spaces at the ends of lines', () => {
  expect(table([['a', 'bcd'], ['ef', 'g', 'h'], ['i']])).toEqual(['a   bcd', 'ef  g    h', 'i'])
})

it('does not count colour codes', () => {
  const [first, second] = table([
    [colour.green('a'), 'x'],
    ['bcd', 'x'],
  ])
  expect(first).toBe(`${colour.green('a')}    x`)
  expect(second).toBe('bcd  x')
})
