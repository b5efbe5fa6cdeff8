import { expect, it } from 'vitest'
import { startProgress } from './progress.ts'

it('writes ten lines into a log, however many there are to verify', () => {
  const lines: string[] = []
  const progress = startProgress(300, (line) => lines.push(line), false)
  for (let count = 0; count < 300; count += 1) progress.step()
  progress.end()
  expect(lines).toHaveLength(10)
  expect(lines[0]).toBe('verified 30 of 300')
  expect(lines.at(-1)).toBe('verified 300 of 300')
})

it('redraws one bar on a terminal, not at every step', () => {
  const lines: string[] = []
  let time = 0
  const progress = startProgress(
    300,
    (line) => lines.push(line),
    true,
    () => time,
  )
  for (let count = 0; count < 300; count += 1) {
    time += 10
    progress.step()
  }
  progress.end()
  expect(lines.length).toBeLessThan(50)
  expect(lines[0]).not.toContain('\u001b')
  expect(lines.slice(1).every((line) => line.startsWith('\u001b[1A\u001b[2K'))).toBe(true)
  expect(lines.at(-1)).toContain(`${'█'.repeat(30)} 300/300`)
})
