import type { Project } from './project.ts'

/** A part of a project: it adds files, tasks or jobs. Parts describe first; everything is written at the end. */
export class Component {
  readonly project: Project

  constructor(project: Project) {
    this.project = project
    project.addComponent(this)
  }

  /** Called before the files are rendered: the last moment to add to the project. */
  preSynthesize(): void {}

  /** Called after everything was written. */
  postSynthesize(): void {}
}
