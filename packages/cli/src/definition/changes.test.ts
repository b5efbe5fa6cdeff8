import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runOnChanges } from './changes.ts'

/** Longer than it takes to notice a change. */
const QUIET_MS = 400

let folder: string
let definition: string
let runs: number
let stop: () => void
let ended: Promise<void>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trustpub-changes-'))
  definition = write('.trustpubrc.ts', `import './part'`)
  runs = 0
})

afterEach(async () => {
  stop()
  await ended
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Begins to watch; `run` is what happens each time, and says what it wrote. */
function begin(run: () => Promise<readonly string[]> = async () => []): void {
  const until = new Promise<void>((resolve) => {
    stop = resolve
  })
  ended = runOnChanges({
    definition,
    until,
    run: () => {
      runs++
      return run()
    },
  })
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS))
const ran = (times: number) => expect.poll(() => runs, { timeout: 5000 }).toBe(times)

it('runs at once, and again when a file changes, is replaced, or appears', async () => {
  begin()
  await ran(1)
  await quiet()
  write('.trustpubrc.ts', `import './part'\n`)
  await ran(2)
  await quiet()
  write('part.ts', 'export {}')
  await ran(3)
  await quiet()
  renameSync(write('new', 'export const a = 1'), join(folder, 'part.ts'))
  await ran(4)
})

it('does not run for other files, nor for a save that changes nothing', async () => {
  begin()
  await ran(1)
  write('README.md', 'text')
  write('.trustpubrc.ts', `import './part'`)
  await quiet()
  expect(runs).toBe(1)
})

it('does not run for what the run wrote', async () => {
  begin(async () => [write('part.ts', `export const run = ${runs}`)])
  await ran(1)
  await quiet()
  expect(runs).toBe(1)
})

it('notices what was saved while it ran', async () => {
  begin(async () => {
    if (runs === 1) write('.trustpubrc.ts', `import './part' // saved meanwhile`)
    return []
  })
  await ran(2)
})

it('ends while it runs', async () => {
  begin(() => new Promise(() => {}))
  await ran(1)
  stop()
  await ended
})
