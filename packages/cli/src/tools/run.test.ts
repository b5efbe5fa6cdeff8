import { describe, expect, it } from 'vitest'
import { run } from './run.ts'

const here = { cwd: process.cwd(), env: process.env }
const node = (script: string) => run(process.execPath, ['-e', script], here)

describe('run', () => {
  it('gives the exit status, and both streams in one text', async () => {
    const finished = await node('console.log("out"); console.error("err"); process.exitCode = 3')
    expect(finished.status).toBe(3)
    expect(finished.stdout).toBe('out\n')
    expect(finished.output).toContain('out\n')
    expect(finished.output).toContain('err\n')
  })

  it('keeps the end of an output that is too long to keep', async () => {
    const { output } = await node('for (let i = 0; i < 60000; i++) console.log("line " + i)')
    expect(output.length).toBeLessThan(400_000)
    expect(output).not.toContain('line 1\n')
    expect(output.endsWith('line 59999\n')).toBe(true)
  })

  it('ends a program that takes too long', async () => {
    const options = { ...here, timeoutMs: 300 }
    const finished = await run(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], options)
    expect(finished.status).toBeUndefined()
  })

  it('does not wait for what a program has left running', async () => {
    const started = Date.now()
    const finished = await run('sh', ['-c', 'sleep 60 & echo done'], here)
    expect(finished).toMatchObject({ status: 0, stdout: 'done\n' })
    expect(Date.now() - started).toBeLessThan(10_000)
  })

  it('rejects for a program that is not there', async () => {
    await expect(run('no-such-program', [], here)).rejects.toThrow('ENOENT')
  })
})
