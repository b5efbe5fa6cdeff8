/** Options of projen that all types take, and that do not change anything here. */
interface UnusedCommonOptions {
  /** No effect: nothing approves pull requests. */
  readonly autoApproveOptions?: unknown
  /** No effect: nothing merges pull requests. */
  readonly autoMerge?: unknown
  /** No effect: nothing merges pull requests. */
  readonly autoMergeOptions?: unknown
  /** No effect: `git clean` and `git reset` need no task. */
  readonly clobber?: unknown
  /** No effect: generated files are committed, since the CI runs them. */
  readonly commitGenerated?: unknown
  /** No effect: no files for editors are written. */
  readonly devContainer?: unknown
  /** No effect: `gitignore` has the patterns. */
  readonly gitIgnoreOptions?: unknown
  /** No effect: line endings and LFS stay as the repository has them. */
  readonly gitOptions?: unknown
  /** No effect: no files for editors are written. */
  readonly gitpod?: unknown
  /** No effect: `trustpub synth` prints what it changes. */
  readonly logging?: unknown
  /** No effect: `trustpub synth` lists what it writes. */
  readonly projectTree?: unknown
  /** No effect: `trustpub synth` runs the definition. */
  readonly projenCommand?: unknown
  /** No effect: no workflow writes to the repository with a stored token. */
  readonly projenCredentials?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcJs?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcJsOptions?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcJson?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcJsonOptions?: unknown
  /** No effect: `dependabot` keeps dependencies up. */
  readonly renovatebot?: unknown
  /** No effect: `dependabot` keeps dependencies up. */
  readonly renovatebotOptions?: unknown
  /** No effect: issues and pull requests stay as they are. */
  readonly stale?: unknown
  /** No effect: issues and pull requests stay as they are. */
  readonly staleOptions?: unknown
  /** No effect: no files for editors are written. */
  readonly vscode?: unknown
}

/** Options of projen's NodeProject that change nothing here, or are refused. */
export interface UnusedNodeOptions extends UnusedCommonOptions {
  /** No effect: `packageManager` of `package.json` says it. */
  readonly addPackageManagerToDevEngines?: unknown
  /** No effect: peer and bundled dependencies are always allowed. */
  readonly allowLibraryDependencies?: unknown
  /** No effect: the package manager's own settings say which install scripts run. */
  readonly allowScripts?: unknown
  /** No effect: nothing audits dependencies. */
  readonly auditDeps?: unknown
  /** No effect: nothing audits dependencies. */
  readonly auditDepsOptions?: unknown
  /** No effect: nothing approves pull requests. */
  readonly autoApproveUpgrades?: unknown
  /** No effect: `bin` names the programs. */
  readonly autoDetectBin?: unknown
  /** No effect: no linter is set up. */
  readonly biome?: unknown
  /** No effect: no linter is set up. */
  readonly biomeOptions?: unknown
  /** No effect: the workflow `build` can be patched. */
  readonly buildWorkflowOptions?: unknown
  /** No effect: the release plan computes versions. */
  readonly bumpPackage?: unknown
  /** No effect: nothing is bundled. */
  readonly bundlerOptions?: unknown
  /** No effect: nothing checks licences. */
  readonly checkLicenses?: unknown
  /** Refused: AWS CodeArtifact has no trusted publishers. */
  readonly codeArtifactOptions?: unknown
  /** No effect: coverage is not uploaded. */
  readonly codeCov?: unknown
  /** No effect: coverage is not uploaded. */
  readonly codeCovTokenSecret?: unknown
  /** No effect: `package.json` gets no `config`. */
  readonly config?: unknown
  /** No effect: the package manager has a command for it. */
  readonly dedupeDeps?: unknown
  /** No effect: lock files are not touched. */
  readonly deleteOrphanedLockFiles?: unknown
  /** No effect: the Dependabot file can be patched. */
  readonly dependabotOptions?: unknown
  /** No effect: `dependabot` keeps dependencies up. */
  readonly depsUpgrade?: unknown
  /** No effect: `dependabot` keeps dependencies up. */
  readonly depsUpgradeOptions?: unknown
  /** No effect: `package.json` gets no `devEngines`. */
  readonly devEngines?: unknown
  /** No effect: the release with the highest stable version is the latest. */
  readonly githubReleaseLatest?: unknown
  /** No effect: Node's own runner runs the tests. */
  readonly jest?: unknown
  /** No effect: Node's own runner runs the tests. */
  readonly jestOptions?: unknown
  /** No effect: publib is not used. */
  readonly jsiiReleaseVersion?: unknown
  /** Refused: versions follow from the commits alone. */
  readonly nextVersionCommand?: unknown
  /** No effect: `.npmignore` can be changed as a file. */
  readonly npmIgnoreOptions?: unknown
  /** No effect: the release packs in any case. */
  readonly package?: unknown
  /** No effect: peer dependencies are no development dependencies besides. */
  readonly peerDependencyOptions?: unknown
  /** No effect: `pnpm-workspace.yaml` is yours. */
  readonly pnpmOptions?: unknown
  /** No effect: no formatter is set up. */
  readonly prettier?: unknown
  /** No effect: no formatter is set up. */
  readonly prettierOptions?: unknown
  /** No effect: projen is not needed. */
  readonly projenDevDependency?: unknown
  /** No effect: projen is not needed. */
  readonly projenVersion?: unknown
  /** No effect: publishing is left to the CI. */
  readonly publishTasks?: unknown
  /** No effect: pull requests start empty. */
  readonly pullRequestTemplate?: unknown
  /** No effect: pull requests start empty. */
  readonly pullRequestTemplateContents?: unknown
  /** Refused: without it packages of the scope would come from elsewhere. */
  readonly scopedPackagesOptions?: unknown
  /** No effect: the release plan writes the changelog. */
  readonly versionrcOptions?: unknown
  /** No effect: no workflow makes commits. */
  readonly workflowGitIdentity?: unknown
  /** No effect: jobs of a release take nothing from a cache. */
  readonly workflowPackageCache?: unknown
  /** Refused: `workflowRunsOn` says where jobs run. */
  readonly workflowRunsOnGroup?: unknown
  /** No effect: `.yarnrc.yml` is yours. */
  readonly yarnBerryOptions?: unknown
}

/** Options of projen's TypeScriptProject that change nothing here, or are refused. */
export interface UnusedTypeScriptOptions {
  /** No effect: `tsconfig.json` is always written. */
  readonly disableTsconfig?: unknown
  /** No effect: `tsconfig.dev.json` is always written. */
  readonly disableTsconfigDev?: unknown
  /** No effect: no documentation is generated. */
  readonly docgen?: unknown
  /** No effect: no documentation is generated. */
  readonly docsDirectory?: unknown
  /** No effect: no linter is set up. */
  readonly eslint?: unknown
  /** No effect: no linter is set up. */
  readonly eslintOptions?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcTs?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcTsOptions?: unknown
  /** No effect: `trustpub synth` runs the definition. */
  readonly runner?: unknown
  /** No effect: Node's own runner runs the tests. */
  readonly tsJestOptions?: unknown
  /** No effect: the file is `tsconfig.dev.json`. */
  readonly tsconfigDevFile?: unknown
  /** No effect: the tests are compiled in any case. */
  readonly typecheckTests?: unknown
}

/** Options of projen's JsiiProject that change nothing here, or are refused. */
export interface UnusedJsiiOptions {
  /** No effect: nothing compares the API with the last release. */
  readonly compat?: unknown
  /** No effect: nothing compares the API with the last release. */
  readonly compatIgnore?: unknown
  /** No effect: no documentation is generated. */
  readonly docgenFilePath?: unknown
  /** Refused: Go modules have no trusted publishing. */
  readonly publishToGo?: unknown
  /** Refused: Maven Central has no trusted publishing. */
  readonly publishToMaven?: unknown
  /** No effect: the compiler writes its own `tsconfig.json`. */
  readonly validateTsconfig?: unknown
}

/** Options of projen's PythonProject that change nothing here, or are refused. */
export interface UnusedPythonOptions extends UnusedCommonOptions {
  /** No effect: `pyproject.toml` names the dependencies. */
  readonly pip?: unknown
  /** Refused: it says what the package contains. */
  readonly poetryOptions?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcPython?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcPythonOptions?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcTs?: unknown
  /** No effect: the definition is the file that you have. */
  readonly projenrcTsOptions?: unknown
  /** No effect: `pyproject.toml` configures pytest. */
  readonly pytestOptions?: unknown
  /** No effect: the build tool finds Python. */
  readonly pythonExec?: unknown
  /** Refused: it says what the package contains. */
  readonly setupConfig?: unknown
  /** Refused: it says what the package contains. */
  readonly uvOptions?: unknown
  /** No effect: the build tool makes the virtual environment. */
  readonly venv?: unknown
  /** No effect: the build tool makes the virtual environment. */
  readonly venvOptions?: unknown
}

/** Members of projen's `githubOptions` that change nothing here, or are refused. */
export interface UnusedGithubOptions {
  /** Refused: the build would lack files. */
  readonly checkoutSubmodules?: unknown
  /** No effect: nothing reviews dependencies. */
  readonly dependencyReview?: unknown
  /** No effect: nothing reviews dependencies. */
  readonly dependencyReviewOptions?: unknown
  /** Refused: the build would lack files. */
  readonly downloadLfs?: unknown
  /** No effect: nothing merges pull requests. */
  readonly mergeQueue?: unknown
  /** No effect: nothing merges pull requests. */
  readonly mergeQueueOptions?: unknown
  /** No effect: nothing merges pull requests. */
  readonly mergify?: unknown
  /** No effect: nothing merges pull requests. */
  readonly mergifyOptions?: unknown
  /** No effect: no workflow writes to the repository with a stored token. */
  readonly projenCredentials?: unknown
  /** No effect: nothing copies pull requests to other branches. */
  readonly pullRequestBackport?: unknown
  /** No effect: nothing copies pull requests to other branches. */
  readonly pullRequestBackportOptions?: unknown
  /** No effect: titles of pull requests are not checked. */
  readonly pullRequestLint?: unknown
  /** No effect: titles of pull requests are not checked. */
  readonly pullRequestLintOptions?: unknown
  /** Refused: `workflowRunsOn` says where jobs run. */
  readonly workflowRunsOnGroup?: unknown
}
