import { addBuildWorkflow } from '../build-workflow.ts'
import { IgnoreFile } from '../files/ignore-file.ts'
import { addDependabot } from '../github/dependabot.ts'
import { addLicense } from '../license.ts'
import { checkOptions, type OptionRow, requireTexts } from '../options/check.ts'
import { NODE_OPTIONS, type NodeProjectOptions } from '../options/node.ts'
import { Project } from '../project.ts'
import { addReadme } from '../readme.ts'
import { npmPublishOptions } from '../release/npm-target.ts'
import type { BuildRecipe, Tool } from '../release/recipe.ts'
import { Release } from '../release/release.ts'
import { isReleased } from '../release/wanted.ts'
import type { Task } from '../task.ts'
import { addNodeSample } from './node-sample.ts'
import { NodePackage } from './package-json.ts'
import { GIT_CLIFF_BY_NPM, type PackageManager, packageManager } from './package-manager.ts'

/** What the types that build on NodeProject say differently. */
export interface NodeKind {
  readonly type: string
  readonly table: Readonly<Record<string, OptionRow>>
  /** Whether npm is published to unless the definition says otherwise. */
  readonly publishByDefault?: boolean
  /** Whether a Python package is released as well. */
  readonly python?: boolean
  /** The options that ask for packages besides the one for npm. */
  readonly otherPackages?: readonly string[]
  readonly tools?: readonly Tool[]
  /** Commands for what the image of GitLab CI lacks. */
  readonly imageSetUp?: readonly string[]
}

const NODE_KIND: NodeKind = { type: 'NodeProject', table: NODE_OPTIONS }

/** What is never part of a package. */
const NOT_PUBLISHED = [
  '/.trustpub*',
  '/.github/',
  '/.gitlab-ci.yml',
  '/.gitattributes',
  '/.gitignore',
  '/dist/',
  '/test/',
  '/trusted-publishers.json',
]

/** A package for npm, in JavaScript. Its tasks are scripts of `package.json`. */
export class NodeProject extends Project {
  readonly package: NodePackage
  readonly npmignore: IgnoreFile | undefined
  readonly release: Release | undefined
  readonly preCompileTask: Task
  readonly compileTask: Task
  readonly postCompileTask: Task
  readonly testTask: Task
  readonly packageTask: Task
  readonly buildTask: Task
  protected readonly manager: PackageManager

  constructor(options: NodeProjectOptions, kind: NodeKind = NODE_KIND) {
    const notes = checkOptions(kind.type, options, kind.table)
    requireTexts(kind.type, options, ['name'])
    super(options)
    this.notes.push(...notes)
    const { packageManager: choice = 'npm', pnpmVersion, bunVersion } = options
    this.manager = packageManager(choice, { pnpm: pnpmVersion, bun: bunVersion })
    this.package = new NodePackage(this, options)
    this.addDeps(...(options.deps ?? []))
    this.addDevDeps(...(options.devDeps ?? []))
    this.addPeerDeps(...(options.peerDeps ?? []))
    this.addBundledDeps(...(options.bundledDeps ?? []))

    this.preCompileTask = this.addTask('pre-compile', { description: 'Before compiling' })
    this.compileTask = this.addTask('compile', { description: 'Compile' })
    this.postCompileTask = this.addTask('post-compile', { description: 'After compiling' })
    this.testTask = this.addTask('test', { description: 'Run the tests' })
    this.packageTask = this.addTask('package', {
      description: 'Put what is published into dist',
      exec: 'mkdir -p dist/js && npm pack --pack-destination dist/js',
    })
    this.buildTask = this.addTask('build', { description: 'Compile and test' })
    for (const task of [
      this.preCompileTask,
      this.compileTask,
      this.postCompileTask,
      this.testTask,
    ]) {
      this.buildTask.spawn(task)
    }
    this.buildTask.lock()

    this.gitignore.addPatterns('node_modules/', '*.log', '.DS_Store', '/dist/')
    this.npmignore =
      options.npmignoreEnabled === false
        ? undefined
        : new IgnoreFile(this, '.npmignore', { ignorePatterns: NOT_PUBLISHED })
    addLicense(this, options)
    addReadme(this, options)
    if (options.dependabot) addDependabot(this, 'npm')
    if (kind === NODE_KIND) {
      this.testTask.exec('node --test')
      if (options.sampleCode !== false) addNodeSample(this, options.esm ?? false)
    }
    this.release = this.#addRelease(options, kind)
  }

  override get installCommand(): readonly string[] | undefined {
    return this.manager.update
  }

  addDeps(...specs: readonly string[]): void {
    for (const spec of specs) this.deps.addDependency(spec, 'runtime')
  }

  addDevDeps(...specs: readonly string[]): void {
    for (const spec of specs) this.deps.addDependency(spec, 'build')
  }

  addPeerDeps(...specs: readonly string[]): void {
    for (const spec of specs) this.deps.addDependency(spec, 'peer')
  }

  addBundledDeps(...specs: readonly string[]): void {
    for (const spec of specs) this.deps.addDependency(spec, 'bundled')
  }

  addKeywords(...keywords: readonly string[]): void {
    this.package.addKeywords(...keywords)
  }

  addBins(bins: Readonly<Record<string, string>>): void {
    this.package.addBin(bins)
  }

  setScript(name: string, command: string): void {
    this.package.setScript(name, command)
  }

  addScripts(scripts: Readonly<Record<string, string>>): void {
    for (const [name, command] of Object.entries(scripts)) this.package.setScript(name, command)
  }

  removeScript(name: string): void {
    this.package.removeScript(name)
  }

  addPackageIgnore(pattern: string): void {
    this.npmignore?.addPatterns(pattern)
  }

  /** The command by which a script is run. */
  runTaskCommand(task: Task): string {
    return this.manager.run(task.name)
  }

  #addRelease(options: NodeProjectOptions, kind: NodeKind): Release | undefined {
    const recipe = this.#recipe(options, kind)
    const bootstrap = options.workflowBootstrapSteps ?? []
    if (options.buildWorkflow !== false) addBuildWorkflow(this, recipe, bootstrap)
    const byDefault = kind.publishByDefault && options.release !== false
    const npm = npmPublishOptions(kind.type, options, byDefault)
    const packages = [...(npm === undefined ? [] : ['publishToNpm']), ...(kind.otherPackages ?? [])]
    if (!isReleased(kind.type, this, options.release, packages)) return undefined
    const steps = [...bootstrap, ...(options.releaseWorkflowSetupSteps ?? [])]
    const settings = {
      ...options,
      releaseWorkflowSetupSteps: steps,
      type: kind.type,
      packageName: this.package.packageName,
      recipe,
      python: kind.python ?? false,
    }
    const release = new Release(this, settings)
    if (npm !== undefined) {
      release.publisher.publishToNpm({ ...npm, access: this.package.access })
    }
    return release
  }

  #recipe(
    { workflowNodeVersion, minNodeVersion }: NodeProjectOptions,
    { tools = [], imageSetUp = [] }: NodeKind,
  ): BuildRecipe {
    const { manager } = this
    const node = workflowNodeVersion ?? minNodeVersion ?? '24.x'
    const ofBuild = manager.tools
    return {
      tools: [...ofBuild, { name: 'node', version: node }, ...tools],
      setUp: [...manager.setUp, ...(this.gitlab ? imageSetUp : [])],
      install: manager.install,
      setVersion: 'npm version --no-git-tag-version --allow-same-version "$VERSION"',
      build: manager.run('build'),
      pack: manager.run('package'),
      versioned: ['package.json', manager.lockfile],
      gitCliff: GIT_CLIFF_BY_NPM,
      image: `node:${/^\d+/.exec(node)?.[0] ?? '24'}-bookworm`,
    }
  }
}
