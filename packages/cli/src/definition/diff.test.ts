import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { colouredDiff } from './coloured-diff.ts'
import { diffOf } from './diff.ts'

describe('diffOf', () => {
  it('shows a change with its surroundings', () => {
    const change = { kind: 'update', path: 'a/b', before: '1\n2\n', after: '1\n3\n' } as const
    expect(diffOf(change)).toBe(
      'diff --git a/a/b b/a/b\n--- a/a/b\n+++ b/a/b\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n',
    )
  })

  it('shows a file that would be made, with its mode', () => {
    const change = { kind: 'create', path: 'run', after: 'x\n', executable: true } as const
    expect(diffOf(change)).toBe(
      'diff --git a/run b/run\nnew file mode 100755\n--- /dev/null\n+++ b/run\n@@ -0,0 +1,1 @@\n+x\n',
    )
  })

  it('shows a file that would go', () => {
    const patch = diffOf({ kind: 'delete', path: 'old', before: 'x\n' })
    expect(patch).toContain('deleted file mode 100644\n--- a/old\n+++ /dev/null\n')
    expect(patch).toMatch(/\n-x\n$/)
  })

  it('shows a change of the mode alone', () => {
    const same = { before: 'x\n', after: 'x\n', executable: true }
    const patch = diffOf({ kind: 'update', path: 'run', ...same })
    expect(patch).toBe('diff --git a/run b/run\nold mode 100644\nnew mode 100755\n')
  })
})

describe('colouredDiff', () => {
  const patch = diffOf({ kind: 'update', path: 'a', before: '-- x\n', after: '++ y\n' })

  it('tells the lines of the file from the header, whatever they begin with', () => {
    const colour = pc.createColors(true)
    const lines = colouredDiff(patch, colour).split('\n')
    expect(lines).toContain(colour.bold('--- a/a'))
    expect(lines).toContain(colour.red('--- x'))
    expect(lines).toContain(colour.green('+++ y'))
  })

  it('changes nothing without colour', () => {
    expect(colouredDiff(patch, pc.createColors(false))).toBe(patch.trimEnd())
  })
})
