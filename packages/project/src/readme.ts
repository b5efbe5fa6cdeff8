import { SampleFile } from './files/sample-file.ts'
import type { ProjectOptions } from './options/project.ts'
import type { Project } from './project.ts'

/** A README to start from. */
export function addReadme(project: Project, { readme, name, description }: ProjectOptions): void {
  const contents =
    readme?.contents ?? `# ${name}\n${description === undefined ? '' : `\n${description}\n`}`
  new SampleFile(project, readme?.filename ?? 'README.md', { contents })
}
