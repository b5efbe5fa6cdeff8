import { randomUUID } from 'node:crypto'

/** 48 bits of milliseconds as hex: enough for the next eight thousand years. */
const TIME_DIGITS = 12
/** More than a process can log in a millisecond. */
const COUNT_DIGITS = 4
/** Two processes may log in the same millisecond. */
const RANDOM_DIGITS = 12

let lastTime = 0
let sinceThen = 0

/**
 * When something is logged, and an id for it that sorts by time: the log needs no other index, and keeps the order of
 * what one process did in the same millisecond.
 */
export function moment(): { readonly id: string; readonly at: string } {
  const now = Date.now()
  sinceThen = now > lastTime ? 0 : sinceThen + 1
  lastTime = Math.max(now, lastTime)
  const count = sinceThen.toString(16).padStart(COUNT_DIGITS, '0')
  const id = timeText(lastTime) + count + randomUUID().slice(-RANDOM_DIGITS)
  return { id, at: new Date(now).toISOString() }
}

/** Every id made before this time is smaller, every later one greater. */
export function idAt(time: Date): string {
  return timeText(time.getTime())
}

function timeText(milliseconds: number): string {
  return Math.max(0, milliseconds).toString(16).padStart(TIME_DIGITS, '0')
}
