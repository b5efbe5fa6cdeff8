import type { FileChange } from '@trustpub/project'
import { createTwoFilesPatch } from 'diff/lib/patch/create.js'

/** A change as a unified diff that `git apply` takes. */
export function diffOf({ kind, path, before, after, executable }: FileChange): string {
  const from = kind === 'create' ? '/dev/null' : `a/${path}`
  const to = kind === 'delete' ? '/dev/null' : `b/${path}`
  const header = [`diff --git a/${path} b/${path}`, ...modeLines(kind, executable)]
  if (before === after) return `${header.join('\n')}\n`
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '')
  return `${[...header, ...patch.split('\n').slice(1)].join('\n').trimEnd()}\n`
}

function modeLines(kind: FileChange['kind'], executable = false): readonly string[] {
  if (kind === 'create') return [`new file mode ${executable ? '100755' : '100644'}`]
  if (kind === 'delete') return ['deleted file mode 100644']
  return executable ? ['old mode 100644', 'new mode 100755'] : []
}
