import { applyEdits, type ChangedFile, type Finding } from '@trustpub/pipeline'
import type { Diagnosis } from './examine.ts'

/** What `--fix` does. */
export interface Mending {
  readonly files: readonly ChangedFile[]
  readonly mended: readonly Finding[]
  /** Two edits met; the second has to wait for the next run. */
  readonly skipped: readonly Finding[]
}

/** The texts after the edits of all findings that have some. An edit that meets another one is left for the next run. */
export function mend({ findings, releases }: Diagnosis): Mending {
  const mended: Finding[] = []
  const skipped: Finding[] = []
  for (const finding of findings) {
    if (finding.edits === undefined) continue
    try {
      changedFiles([...mended, finding], releases)
      mended.push(finding)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      skipped.push(finding)
    }
  }
  return { files: changedFiles(mended, releases), mended, skipped }
}

function changedFiles(
  findings: readonly Finding[],
  [release]: Diagnosis['releases'],
): readonly ChangedFile[] {
  const edits = findings.flatMap((finding) => finding.edits ?? [])
  return [...new Set(edits.map(({ file }) => file))].map((file) => {
    const before = release?.source(file)?.text ?? ''
    return {
      file,
      before,
      after: applyEdits(
        before,
        edits.filter((edit) => edit.file === file),
      ),
    }
  })
}
