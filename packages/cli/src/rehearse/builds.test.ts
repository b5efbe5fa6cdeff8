import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ciMayBuild } from './builds.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trustpub-builds-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

async function repository(steps: string, scripts: Record<string, string> = {}): Promise<boolean> {
  const files = {
    'package.json': JSON.stringify({ scripts: { build: 'tsc', ...scripts } }),
    '.github/workflows/ci.yml': `on: push\njobs:\n  publish:\n    steps:\n${steps}`,
  }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  return ciMayBuild(root, root)
}

describe('ciMayBuild', () => {
  it('is false where no command and no other script can be one that builds', async () => {
    expect(await repository('      - run: npm ci\n      - run: npm publish\n')).toBe(false)
  })

  it('is true where a command builds', async () => {
    expect(await repository('      - run: npm run build\n')).toBe(true)
  })

  it('is true where a script that runs with the publish builds', async () => {
    const steps = '      - run: npm publish\n'
    expect(await repository(steps, { prepublishOnly: 'npm run build' })).toBe(true)
  })
})
