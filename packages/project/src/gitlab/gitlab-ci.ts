import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import { YamlFile } from '../files/yaml-file.ts'
import type { Project } from '../project.ts'

/** A job of GitLab CI, as it stands in the file (docs.gitlab.com, "CI/CD YAML syntax"). */
export type GitlabJob = Readonly<Record<string, unknown>>

/** `.gitlab-ci.yml` of the root project; jobs of subprojects stand in it too. */
export class GitlabCi extends Component {
  readonly file: YamlFile
  readonly #stages: string[] = []
  readonly #jobs = new Map<string, GitlabJob>()

  constructor(project: Project) {
    super(project)
    this.file = new GitlabFile(project, '.gitlab-ci.yml', {
      obj: () => ({ stages: this.#stages, ...Object.fromEntries(this.#jobs) }),
    })
  }

  /** The one of a root project, which is made when it is first asked for. */
  static of(root: Project): GitlabCi {
    return root.components.find((component) => component instanceof GitlabCi) ?? new GitlabCi(root)
  }

  addStages(...stages: readonly string[]): void {
    for (const stage of stages) if (!this.#stages.includes(stage)) this.#stages.push(stage)
  }

  addJob(name: string, job: GitlabJob): void {
    if (this.#jobs.has(name)) throw refuse('job_twice', { workflow: this.file.path, job: name })
    this.#jobs.set(name, job)
  }
}

/** Jobs stand apart. */
class GitlabFile extends YamlFile {
  protected override beautified(text: string): string {
    return text.replace(/\n(?=[\w.-]+:\n)/g, '\n\n')
  }
}
