import type { OptionTable } from './check.ts'
import type {
  UnusedGithubOptions,
  UnusedJsiiOptions,
  UnusedNodeOptions,
  UnusedPythonOptions,
  UnusedTypeScriptOptions,
} from './unused-options.ts'

export type {
  UnusedGithubOptions,
  UnusedJsiiOptions,
  UnusedNodeOptions,
  UnusedPythonOptions,
  UnusedTypeScriptOptions,
}

// Reasons end the sentences `… has no effect here: …` and `… cannot be had here: …`.

const HOUSEKEEPING = {
  unused:
    'only building and releasing are generated. Add a workflow of your own: project.github?.addWorkflow(…).',
}
const UPGRADES = { unused: 'Dependabot keeps dependencies up to date: set dependabot: true.' }
const EDITORS = {
  unused: 'files for editors are yours to write, by hand or with new JsonFile(project, …).',
}
const RC_FILE = { unused: 'the definition is the file that you have, and trustpub synth runs it.' }
const PROJEN = { unused: 'projen is neither installed nor run.' }
const CREDENTIALS = { unused: 'no workflow writes to the repository with a stored token.' }
const TESTS = {
  unused:
    "Node's own runner runs the tests. For another one add it to devDeps, and call project.testTask.reset(…) with its command.",
}
const LINTERS = {
  unused: 'no linter and no formatter is set up. Add one to devDeps, and project.testTask.exec(…).',
}
const CHECKS = {
  unused: 'the check is not made. Add the tool to devDeps, and project.testTask.exec(…).',
}
const COVERAGE = {
  unused:
    'coverage is not uploaded. Upload it in a workflow of your own, so that the build needs no ID token.',
}
const DOCUMENTATION = {
  unused: 'documentation is not generated. Add the tool, and project.postCompileTask.exec(…).',
}
const API_DIFFERENCES = {
  unused:
    'the API is not compared with the last release. Add jsii-diff, and project.postCompileTask.exec(…).',
}
const PACKAGE_JSON = {
  unused: 'it would only be written to package.json: project.package.addField(…) does that.',
}
const PACKAGE_MANAGER = {
  unused: "the package manager's own configuration file is yours to write.",
}
const VERSIONS = {
  unused: 'version and changelog follow from the commits, without such a program.',
}
const PYTHON_TOOLS = { unused: 'the build tool installs dependencies from pyproject.toml.' }

const RUNNER_GROUP = {
  refused:
    'jobs run on labels. Name those of the runners with workflowRunsOn, or patch the workflow.',
}
const CHECKOUT = {
  refused:
    'the build would lack files that it has today. Patch the step: project.github?.tryFindWorkflow("release")?.file?.patch(…).',
}
const NOT_TRUSTED = {
  refused:
    'there is no trusted publishing for it, only stored secrets. Publish to it from a job of your own: project.release?.addJobs({ … }).',
}
const PYPROJECT = {
  refused:
    'it says what the package contains. Say it in pyproject.toml: project.tryFindObjectFile("pyproject.toml")?.addOverride(…).',
}

/** Neither NodeProject nor PythonProject makes use of these. */
const COMMON = {
  autoApproveOptions: HOUSEKEEPING,
  autoMerge: HOUSEKEEPING,
  autoMergeOptions: HOUSEKEEPING,
  clobber: { unused: 'git clean and git reset do it.' },
  commitGenerated: { unused: 'generated files are committed, since the CI runs them.' },
  devContainer: EDITORS,
  gitIgnoreOptions: { unused: 'gitignore takes the patterns.' },
  gitOptions: { unused: 'line endings and LFS stay as the repository has them.' },
  gitpod: EDITORS,
  logging: { unused: 'trustpub synth prints what it changes, and no more.' },
  projectTree: { unused: 'trustpub synth lists what it writes.' },
  projenCommand: PROJEN,
  projenCredentials: CREDENTIALS,
  projenrcJs: RC_FILE,
  projenrcJsOptions: RC_FILE,
  projenrcJson: RC_FILE,
  projenrcJsonOptions: RC_FILE,
  renovatebot: UPGRADES,
  renovatebotOptions: UPGRADES,
  stale: HOUSEKEEPING,
  staleOptions: HOUSEKEEPING,
  vscode: EDITORS,
} as const

export const UNUSED_NODE_OPTIONS: OptionTable<UnusedNodeOptions> = {
  ...COMMON,
  addPackageManagerToDevEngines: PACKAGE_JSON,
  allowLibraryDependencies: { unused: 'peer and bundled dependencies are always allowed.' },
  allowScripts: PACKAGE_MANAGER,
  auditDeps: CHECKS,
  auditDepsOptions: CHECKS,
  autoApproveUpgrades: HOUSEKEEPING,
  autoDetectBin: { unused: 'bin names the programs.' },
  biome: LINTERS,
  biomeOptions: LINTERS,
  buildWorkflowOptions: {
    unused: 'the workflow can be changed: project.github?.tryFindWorkflow("build").',
  },
  bumpPackage: VERSIONS,
  bundlerOptions: {
    unused: 'nothing is bundled. Add the bundler with project.compileTask.exec(…).',
  },
  checkLicenses: CHECKS,
  codeArtifactOptions: {
    refused:
      'AWS CodeArtifact has no trusted publishers. Log in to it with a step of workflowBootstrapSteps.',
  },
  codeCov: COVERAGE,
  codeCovTokenSecret: COVERAGE,
  config: PACKAGE_JSON,
  dedupeDeps: PACKAGE_MANAGER,
  deleteOrphanedLockFiles: { unused: 'lock files are not touched.' },
  dependabotOptions: {
    unused: '.github/dependabot.yml is an object: project.tryFindObjectFile(…)?.addOverride(…).',
  },
  depsUpgrade: UPGRADES,
  depsUpgradeOptions: UPGRADES,
  devEngines: PACKAGE_JSON,
  githubReleaseLatest: {
    unused: 'the release with the highest stable version is marked as the latest one.',
  },
  jest: TESTS,
  jestOptions: TESTS,
  jsiiReleaseVersion: { unused: 'publib is not used: npm itself and the registries publish.' },
  nextVersionCommand: {
    refused:
      'the version follows from the commits. Steer it with releasableCommits, majorVersion, minMajorVersion and prerelease.',
  },
  npmIgnoreOptions: { unused: 'project.addPackageIgnore(…) adds patterns.' },
  package: { unused: 'the release packs in any case.' },
  peerDependencyOptions: {
    unused: 'peer dependencies are not pinned in devDeps; list them there.',
  },
  pnpmOptions: PACKAGE_MANAGER,
  prettier: LINTERS,
  prettierOptions: LINTERS,
  projenDevDependency: PROJEN,
  projenVersion: PROJEN,
  publishTasks: { unused: "publishing from a person's machine would need a stored token." },
  pullRequestTemplate: HOUSEKEEPING,
  pullRequestTemplateContents: HOUSEKEEPING,
  scopedPackagesOptions: {
    refused:
      'packages of the scope would come from elsewhere. Write the registry to .npmrc, and log in with a step of workflowBootstrapSteps.',
  },
  versionrcOptions: VERSIONS,
  workflowGitIdentity: { unused: 'no workflow makes commits.' },
  workflowPackageCache: { unused: 'jobs of a release take nothing from a cache that others fill.' },
  workflowRunsOnGroup: RUNNER_GROUP,
  yarnBerryOptions: PACKAGE_MANAGER,
}

export const UNUSED_TYPESCRIPT_OPTIONS: OptionTable<UnusedTypeScriptOptions> = {
  disableTsconfig: {
    unused: 'tsconfig.json is written. Remove it with project.tryRemoveFile("tsconfig.json").',
  },
  disableTsconfigDev: {
    unused:
      'tsconfig.dev.json is written. Remove it with project.tryRemoveFile("tsconfig.dev.json").',
  },
  docgen: DOCUMENTATION,
  docsDirectory: DOCUMENTATION,
  eslint: LINTERS,
  eslintOptions: LINTERS,
  projenrcTs: RC_FILE,
  projenrcTsOptions: RC_FILE,
  runner: RC_FILE,
  tsJestOptions: TESTS,
  tsconfigDevFile: { unused: 'the file is tsconfig.dev.json.' },
  typecheckTests: { unused: 'the tests are compiled, and so checked, in any case.' },
}

export const UNUSED_JSII_OPTIONS: OptionTable<UnusedJsiiOptions> = {
  compat: API_DIFFERENCES,
  compatIgnore: API_DIFFERENCES,
  docgenFilePath: DOCUMENTATION,
  publishToGo: NOT_TRUSTED,
  publishToMaven: NOT_TRUSTED,
  validateTsconfig: { unused: 'the compiler of jsii writes its own tsconfig.json.' },
}

export const UNUSED_PYTHON_OPTIONS: OptionTable<UnusedPythonOptions> = {
  ...COMMON,
  pip: PYTHON_TOOLS,
  poetryOptions: PYPROJECT,
  projenrcPython: RC_FILE,
  projenrcPythonOptions: RC_FILE,
  projenrcTs: RC_FILE,
  projenrcTsOptions: RC_FILE,
  pytestOptions: { unused: 'pyproject.toml configures pytest, in tool.pytest.ini_options.' },
  pythonExec: PYTHON_TOOLS,
  setupConfig: PYPROJECT,
  uvOptions: PYPROJECT,
  venv: PYTHON_TOOLS,
  venvOptions: PYTHON_TOOLS,
}

/** For `githubOptions`. */
export const UNUSED_GITHUB_OPTIONS: OptionTable<UnusedGithubOptions> = {
  checkoutSubmodules: CHECKOUT,
  dependencyReview: HOUSEKEEPING,
  dependencyReviewOptions: HOUSEKEEPING,
  downloadLfs: CHECKOUT,
  mergeQueue: HOUSEKEEPING,
  mergeQueueOptions: HOUSEKEEPING,
  mergify: HOUSEKEEPING,
  mergifyOptions: HOUSEKEEPING,
  projenCredentials: CREDENTIALS,
  pullRequestBackport: HOUSEKEEPING,
  pullRequestBackportOptions: HOUSEKEEPING,
  pullRequestLint: HOUSEKEEPING,
  pullRequestLintOptions: HOUSEKEEPING,
  workflowRunsOnGroup: RUNNER_GROUP,
}
