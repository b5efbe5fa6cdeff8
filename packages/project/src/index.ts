export { Component } from './component.ts'
export { Dependencies, type Dependency, DependencyType } from './dependencies.ts'
export { PROJECT_ERRORS, ProjectError, type ProjectErrorCode } from './errors.ts'
export { FileBase, type FileBaseOptions } from './files/file.ts'
export { IgnoreFile, type IgnoreFileOptions } from './files/ignore-file.ts'
export { JsonFile } from './files/json-file.ts'
export { ObjectFile, type ObjectFileOptions } from './files/object-file.ts'
export { SampleDir, SampleFile, type SampleFileOptions } from './files/sample-file.ts'
export { TextFile, type TextFileOptions } from './files/text-file.ts'
export { TomlFile } from './files/toml-file.ts'
export { YamlFile } from './files/yaml-file.ts'
export { GithubActions } from './github/actions.ts'
export { GitHub } from './github/github.ts'
export { type Job, JobPermission, type JobPermissions, type JobStep } from './github/job.ts'
export { GithubWorkflow, type GithubWorkflowOptions } from './github/workflow.ts'
export { GitlabCi, type GitlabJob } from './gitlab/gitlab-ci.ts'
export { JsiiProject } from './jsii/jsii-project.ts'
export { JsonPatch } from './json-patch.ts'
export { PROJECT_KINDS, type ProjectKind } from './kinds.ts'
export * as cdk from './namespaces/cdk.ts'
export * as github from './namespaces/github.ts'
export * as javascript from './namespaces/javascript.ts'
export * as python from './namespaces/python.ts'
export * as release from './namespaces/release.ts'
export * as typescript from './namespaces/typescript.ts'
export { NodeProject } from './node/node-project.ts'
export { NodePackage } from './node/package-json.ts'
export { TypeScriptProject } from './node/typescript-project.ts'
export type { JsiiDotNetTarget, JsiiProjectOptions, JsiiPythonTarget } from './options/jsii.ts'
export {
  NodePackageManager,
  type NodeProjectOptions,
  NpmAccess,
  Stability,
} from './options/node.ts'
export type { ProjectOptions } from './options/project.ts'
export type {
  NpmPublishOptions,
  NugetPublishOptions,
  PyPiPublishOptions,
} from './options/publish.ts'
export { PythonBuildTool, type PythonProjectOptions } from './options/python.ts'
export type { BranchOptions, ReleaseOptions } from './options/release.ts'
export type { TypeScriptProjectOptions } from './options/typescript.ts'
export { DEFINITION_FILES, Project } from './project.ts'
export { PythonProject } from './python/python-project.ts'
export { ReleasableCommits, ReleaseTrigger } from './release/choices.ts'
export { Publisher } from './release/publisher.ts'
export { type Registration, registrations, registrationsOf } from './release/registration.ts'
export { Release } from './release/release.ts'
export {
  findRepository,
  isGitlab,
  parseRepository,
  type Repository,
  repositoryUrl,
} from './repository.ts'
export { type FileChange, planSynth, type SynthPlan } from './synth/plan.ts'
export { interceptSynth } from './synth/synth.ts'
export { writePlan } from './synth/write.ts'
export { Task, type TaskOptions, type TaskStep } from './task.ts'
export { Tasks } from './tasks.ts'
