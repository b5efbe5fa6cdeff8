import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const VARIABLE = 'TRUSTPUB_TEST_LEFT_OUT'

/** Remembers, across the processes of a run, a sentence about what could not be tested here. */
export function recordLeftOut(sentence: string): void {
  const file = process.env[VARIABLE]
  if (file !== undefined) appendFileSync(file, `${sentence}\n`)
}

/** Runs once around all files; at the end it says what was left out, because a skipped test is easily overlooked. */
export function setup(): () => void {
  const file = join(mkdtempSync(join(tmpdir(), 'trustpub-left-out-')), 'sentences')
  process.env[VARIABLE] = file
  return () => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    for (const line of new Set(lines)) console.log(`Left out: ${line}`)
    rmSync(dirname(file), { recursive: true, force: true })
  }
}
