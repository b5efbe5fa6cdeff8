import type { ObjectFileOptions } from '../files/object-file.ts'
import { YamlFile } from '../files/yaml-file.ts'
import type { Project } from '../project.ts'
import { withVersionComments } from './actions.ts'
import { type Job, kebab } from './job.ts'

export interface WorkflowFileOptions extends ObjectFileOptions {
  readonly jobs: ReadonlyMap<string, Job>
}

/** A workflow as people write it: jobs stand apart, and comments say which version an action is and why a permission is needed. */
export class WorkflowFile extends YamlFile {
  readonly #jobs: ReadonlyMap<string, Job>

  constructor(project: Project, path: string, { jobs, ...options }: WorkflowFileOptions) {
    super(project, path, options)
    this.#jobs = jobs
  }

  protected override beautified(text: string): string {
    const plain = text.replace(/^'on':/m, 'on:')
    const apart = plain.replace(/^(?=(?:on|permissions|env|defaults|concurrency|jobs):)/gm, '\n')
    return withVersionComments(withJobs(apart, this.#jobs))
  }
}

/** Goes through the lines of the jobs: what is inside of one is indented further than its name. */
function withJobs(text: string, jobs: ReadonlyMap<string, Job>): string {
  const [head = '', ...rest] = text.split(/^(?=jobs:$)/m)
  let job: Job | undefined
  let first = true
  const lines = rest
    .join('')
    .split('\n')
    .map((line) => {
      const id = /^ {2}([\w-]+):$/.exec(line)?.[1]
      if (id === undefined) return withReason(line, job)
      job = jobs.get(id)
      const gap = first ? '' : '\n'
      first = false
      return gap + line
    })
  return head + lines.join('\n')
}

function withReason(line: string, job: Job | undefined): string {
  const name = /^ {6}([a-z-]+): (?:read|write)$/.exec(line)?.[1]
  const reason = Object.entries(job?.reasons ?? {}).find(([key]) => kebab(key) === name)?.[1]
  return reason === undefined ? line : `${line} # ${reason.replace(/\s+/g, ' ')}`
}
