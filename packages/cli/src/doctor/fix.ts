import { agree, applyEdits, type ChangedFile, type Finding } from '@trustpub/pipeline'
import type { Diagnosis } from './examine.ts'

/** What `--fix` does. */
export interface Mending {
  readonly files: readonly ChangedFile[]
  readonly mended: readonly Finding[]
  /** Two edits met; the second has to wait for the next run. */
  readonly skipped: readonly Finding[]
}

/** The texts after the edits of all findings that have some. An edit that meets another one is left for the next run. */
export function mend({ findings, source }: Diagnosis): Mending {
  const mended: Finding[] = []
  const skipped: Finding[] = []
  let edits: NonNullable<Finding['edits']> = []
  for (const finding of findings) {
    if (finding.edits === undefined) continue
    const all = [...edits, ...finding.edits]
    if (agree(all)) edits = all
    ;(edits === all ? mended : skipped).push(finding)
  }
  const files = [...new Set(edits.map(({ file }) => file))].map((file) => {
    const before = source(file)?.text ?? ''
    const own = edits.filter((edit) => edit.file === file)
    return { file, before, after: applyEdits(before, own) }
  })
  return { files, mended, skipped }
}
