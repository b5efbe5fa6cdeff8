import { GROUP } from './github/expression.ts'
import type { JobStep } from './github/job.ts'
import { CHECKOUT, setUpSteps, toolSteps } from './github/tools.ts'
import { GitlabCi } from './gitlab/gitlab-ci.ts'
import type { Project } from './project.ts'
import type { BuildRecipe } from './release/recipe.ts'

const BUILD_MINUTES = 30

/** Builds and tests what somebody proposes, with nothing at hand that a stranger's change could misuse. */
export function addBuildWorkflow(
  project: Project,
  recipe: BuildRecipe,
  bootstrap: readonly JobStep[] = [],
): void {
  const isRoot = project.parent === undefined
  const name = isRoot ? 'build' : `build_${project.directory.replaceAll('/', '-')}`
  if (project.github !== undefined) addToGithub(project, name, recipe, bootstrap)
  if (project.gitlab) addToGitlab(project, name, recipe)
}

function addToGithub(
  project: Project,
  name: string,
  recipe: BuildRecipe,
  bootstrap: readonly JobStep[],
): void {
  const { github, directory } = project
  const workflow = github?.addWorkflow(name, {
    concurrency: { group: GROUP, cancelInProgress: true },
  })
  const isRoot = directory === '.'
  workflow?.on({ pullRequest: isRoot ? {} : { paths: [`${directory}/**`] }, workflowDispatch: {} })
  workflow?.addJob('build', {
    name: 'Build and test',
    runsOn: github?.runsOn,
    timeoutMinutes: BUILD_MINUTES,
    permissions: { contents: 'read' },
    env: { CI: 'true' },
    ...(isRoot ? {} : { defaults: { run: { 'working-directory': directory } } }),
    steps: [
      CHECKOUT,
      ...toolSteps(recipe.tools),
      ...bootstrap,
      ...setUpSteps(recipe.setUp),
      { name: 'Install dependencies', id: 'install', run: recipe.install },
      {
        name: 'Build',
        id: 'build',
        // Asked for when the file is written: until then tasks may change.
        get run(): string {
          return recipe.build
        },
      },
    ],
  })
}

function addToGitlab(project: Project, name: string, recipe: BuildRecipe): void {
  const isRoot = project.directory === '.'
  const changes = isRoot ? {} : { changes: [`${project.directory}/**/*`] }
  const ci = GitlabCi.of(project.root)
  ci.addStages('build')
  ci.addJob(name, {
    stage: 'build',
    image: recipe.image,
    rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"', ...changes }],
    script: [
      ...(isRoot ? [] : [`cd ${project.directory}`]),
      ...recipe.setUp,
      recipe.install,
      () => recipe.build,
    ],
  })
}
