import { JsiiProject } from './jsii/jsii-project.ts'
import { NodeProject } from './node/node-project.ts'
import { TypeScriptProject } from './node/typescript-project.ts'
import type { Project } from './project.ts'
import { PythonProject } from './python/python-project.ts'

export type ProjectKind = 'node' | 'typescript' | 'jsii' | 'python'

/** The types of projects by the names that the command line and JSON definitions use. */
export const PROJECT_KINDS: Readonly<Record<ProjectKind, new (options: never) => Project>> = {
  node: NodeProject,
  typescript: TypeScriptProject,
  jsii: JsiiProject,
  python: PythonProject,
}
