import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TextFile } from './files/text-file.ts'
import type { ProjectOptions } from './options/project.ts'
import type { Project } from './project.ts'

export const DEFAULT_LICENSE = 'Apache-2.0'

/** Writes the text of the licence, if it is one of those that are brought along. */
export function addLicense(project: Project, options: ProjectOptions): void {
  const { license = DEFAULT_LICENSE, licensed = true } = options
  // Sub-projects are covered by the licence of the whole.
  if (!licensed || license === 'UNLICENSED' || project.parent !== undefined) return
  const source = new URL(`../licenses/${encodeURIComponent(license)}.txt`, import.meta.url)
  if (!existsSync(source)) {
    project.notes.push(
      `There is no text of the licence ${license} here; add a file LICENSE yourself.`,
    )
    return
  }
  const owner = options.copyrightOwner ?? options.authorName ?? `the ${project.name} authors`
  const text = (): string =>
    readFileSync(source, 'utf8')
      .replace('{period}', () => options.copyrightPeriod ?? periodOf(project))
      .replace('{owner}', () => owner)
  new TextFile(project, 'LICENSE', { text })
}

/** The years stay as they are once they were written: a new year is no change of the definition. */
function periodOf(project: Project): string {
  try {
    const text = readFileSync(join(project.outdir, 'LICENSE'), 'utf8')
    const found = /^Copyright \(c\) (\d{4}(?:-\d{4})?)/m.exec(text)?.[1]
    if (found !== undefined) return found
  } catch {
    // Not written yet.
  }
  return String(new Date().getFullYear())
}
