import { BRANCH, expression } from '../github/expression.ts'
import type { Job, JobStep } from '../github/job.ts'
import { CHECKOUT, setUpSteps, toolSteps } from '../github/tools.ts'
import type { Release } from './release.ts'
import { CHECK_UNCHANGED, LIST_DIGESTS } from './scripts.ts'

/** Longer builds are stuck more often than slow. */
const BUILD_MINUTES = 30

/** What the plan says, as far as other jobs need it. */
const PLANNED = ['release', 'version', 'tag', 'dist_tag', 'prerelease', 'latest']

const IF_RELEASE = "steps.plan.outputs.release == 'true'"

/**
 * The job that builds what is released. It runs the project's dependencies, so it has nothing worth stealing: no ID
 * tokens, no secrets, no leave to write.
 */
export function buildJob(release: Release): Job {
  const { settings, planSettings, project } = release
  const branched = planSettings.branches.some(({ environment }) => environment !== undefined)
  const planned = [
    ...PLANNED,
    ...(settings.python ? ['python_version'] : []),
    ...(branched ? ['environment'] : []),
  ]
  const inFolder =
    project.directory === '.'
      ? {}
      : { defaults: { run: { 'working-directory': project.directory } } }
  return {
    name: 'Build',
    runsOn: settings.workflowRunsOn ?? project.github?.runsOn,
    timeoutMinutes: BUILD_MINUTES,
    permissions: { contents: 'read' },
    outputs: {
      ...Object.fromEntries(planned.map((name) => [name, { stepId: 'plan', outputName: name }])),
      artifact_id: { stepId: 'upload', outputName: 'artifact-id' },
      digests: { stepId: 'digests', outputName: 'digests' },
    },
    env: { CI: 'true', ...settings.releaseWorkflowEnv },
    ...inFolder,
    ...(settings.workflowContainerImage === undefined
      ? {}
      : { container: { image: settings.workflowContainerImage } }),
    steps: [...prepareSteps(release), ...releaseSteps(release)],
  }
}

function prepareSteps({ settings }: Release): JobStep[] {
  const { recipe, releaseWorkflowSetupSteps = [] } = settings
  return [
    { ...CHECKOUT, with: { ...CHECKOUT.with, 'fetch-depth': 0 } },
    ...toolSteps(recipe.tools),
    ...releaseWorkflowSetupSteps,
    ...setUpSteps(recipe.setUp),
    {
      name: 'Plan the release',
      id: 'plan',
      env: { BRANCH: BRANCH },
      run: 'sh .trustpub/plan-release.sh >> "$GITHUB_OUTPUT"',
    },
  ]
}

function releaseSteps({ settings, project }: Release): JobStep[] {
  const { recipe, postBuildSteps = [] } = settings
  const version = {
    VERSION: expression('steps.plan.outputs.version'),
    ...(settings.python && { PYTHON_VERSION: expression('steps.plan.outputs.python_version') }),
  }
  const steps: JobStep[] = [
    { name: 'Install dependencies', id: 'install', run: recipe.install },
    { name: 'Set the version', id: 'set_version', env: version, run: recipe.setVersion },
    { name: 'Build', id: 'build', run: recipe.build },
    {
      name: 'Check that the build changed no file',
      id: 'unchanged',
      run: CHECK_UNCHANGED(recipe.versioned),
    },
    { name: 'Pack', id: 'pack', run: recipe.pack },
    ...postBuildSteps,
    { name: 'List the digests', id: 'digests', run: LIST_DIGESTS },
    {
      name: 'Upload what is released',
      id: 'upload',
      uses: 'actions/upload-artifact',
      with: {
        name: 'build-artifact',
        path: project.directory === '.' ? 'dist' : `${project.directory}/dist`,
        'if-no-files-found': 'error',
        overwrite: true,
      },
    },
  ]
  return steps.map((step) => ({
    ...step,
    if: step.if === undefined ? IF_RELEASE : `${IF_RELEASE} && (${bare(step.if)})`,
  }))
}

/** Beside other text `${{ … }}` would make a text of the condition, and every text is true. */
function bare(condition: string): string {
  return /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1]?.trim() ?? condition
}
