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

/** Jobs begin with their ids; what is inside of one is indented further. */
function withJobs(text: string, jobs: ReadonlyMap<string, Job>): string {
  const [head = '', ...rest] = text.split(/^(?=jobs:$)/m)
  const [key = '', ...parts] = rest.join('').split(/^(?= {2}[\w-]+:$)/m)
  const written = parts.map((part) => withReasons(part, jobs.get(part.slice(2, part.indexOf(':')))))
  return head + key + written.join('\n')
}

function withReasons(text: string, job: Job | undefined): string {
  const reasons = new Map(Object.entries(job?.reasons ?? {}).map(([key, why]) => [kebab(key), why]))
  return text.replace(/^ {4}permissions:\n(?: {6}.*\n)+/m, (permissions) =>
    permissions.replace(/^ {6}([a-z-]+): .*$/gm, (line, name) => {
      const reason = reasons.get(name)
      return reason === undefined ? line : `${line} # ${reason.replace(/\s+/g, ' ')}`
    }),
  )
}
