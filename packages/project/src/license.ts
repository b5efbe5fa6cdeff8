import { existsSync, readFileSync } from 'node:fs'
import { SampleFile } from './files/sample-file.ts'
import type { ProjectOptions } from './options/project.ts'
import type { Project } from './project.ts'

export const DEFAULT_LICENSE = 'Apache-2.0'

/** Writes the text of the licence, if it is one of those that are brought along and there is none yet. */
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
  const contents = readFileSync(source, 'utf8')
    .replace('{period}', () => options.copyrightPeriod ?? String(new Date().getFullYear()))
    .replace('{owner}', () => owner)
  new SampleFile(project, 'LICENSE', { contents })
}
