import { existsSync } from 'node:fs'
import { posix, resolve, sep } from 'node:path'
import { Component } from './component.ts'
import { Dependencies } from './dependencies.ts'
import { refuse } from './errors.ts'
import type { FileBase } from './files/file.ts'
import { IgnoreFile } from './files/ignore-file.ts'
import { ObjectFile } from './files/object-file.ts'
import { GitHub } from './github/github.ts'
import type { ProjectOptions } from './options/project.ts'
import { findRepository, isGitlab, type Repository } from './repository.ts'
import { markerText } from './synth/marker.ts'
import type { SynthPlan } from './synth/plan.ts'
import { synthesise } from './synth/synth.ts'
import type { Task, TaskOptions } from './task.ts'
import { Tasks } from './tasks.ts'

/** The definition files, in the order in which they are looked for. */
export const DEFINITION_FILES = [
  '.trustpubrc.ts',
  '.trustpubrc.mts',
  '.trustpubrc.mjs',
  '.trustpubrc.js',
  '.trustpubrc.json',
] as const

/** A folder whose files are described in code. Nothing is written before `synth()`. */
export class Project {
  readonly name: string
  readonly parent: Project | undefined
  /** Absolute, with `/`. */
  readonly outdir: string
  readonly tasks: Tasks = new Tasks()
  readonly deps: Dependencies = new Dependencies()
  readonly gitignore: IgnoreFile
  /** Where the project lives, as far as the definition or the git remote tells. */
  readonly repository: Repository | undefined
  /** Undefined where no workflows are wanted; a subproject's are its root's. */
  readonly github: GitHub | undefined
  /** Whether `.gitlab-ci.yml` is written. */
  readonly gitlab: boolean
  /** The sentence that generated files carry. */
  readonly marker: string
  /** What a person should know about the definition, printed by `synth`. */
  readonly notes: string[] = []
  readonly #components: Component[] = []
  readonly #files = new Map<string, FileBase>()
  readonly #subprojects: Project[] = []

  constructor(options: ProjectOptions) {
    this.name = options.name
    this.parent = options.parent
    this.outdir =
      this.parent === undefined ? rootFolder(options.outdir) : below(this.parent, options)
    this.marker = this.parent?.marker ?? markerText(definitionIn(this.outdir), 'trustpub synth')
    this.parent?.addSubproject(this)
    this.gitignore = new IgnoreFile(this, '.gitignore')
    new OwnPatterns(this, options.gitignore ?? [])
    const named = options.repository ?? options.repositoryUrl
    this.repository = this.parent?.repository ?? repositoryOf(options.name, named, this.outdir)
    this.gitlab =
      options.gitlab ??
      this.parent?.gitlab ??
      (this.repository !== undefined && isGitlab(this.repository))
    this.github = this.parent?.github ?? this.#ownGithub(options)
  }

  #ownGithub({ github, githubOptions }: ProjectOptions): GitHub | undefined {
    return (github ?? !this.gitlab) ? new GitHub(this, githubOptions) : undefined
  }

  get root(): Project {
    return this.parent?.root ?? this
  }

  /** The command that installs dependencies and writes the lock file, where there is one. */
  get installCommand(): readonly string[] | undefined {
    return undefined
  }

  get components(): readonly Component[] {
    return this.#components
  }

  get files(): readonly FileBase[] {
    return [...this.#files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  get subprojects(): readonly Project[] {
    return this.#subprojects
  }

  /** The folder relative to the root project's, `.` for that itself. */
  get directory(): string {
    return posix.relative(this.root.outdir, this.outdir) || '.'
  }

  addTask(name: string, options: TaskOptions = {}): Task {
    return this.tasks.addTask(name, options)
  }

  removeTask(name: string): Task | undefined {
    return this.tasks.removeTask(name)
  }

  addGitIgnore(pattern: string): void {
    this.gitignore.addPatterns(pattern)
  }

  /** The file at a path, relative to the project. */
  tryFindFile(path: string): FileBase | undefined {
    return this.#files.get(posix.normalize(path))
  }

  tryFindObjectFile(path: string): ObjectFile | undefined {
    const found = this.tryFindFile(path)
    return found instanceof ObjectFile ? found : undefined
  }

  /** Takes a file out of the definition. */
  tryRemoveFile(path: string): FileBase | undefined {
    const found = this.tryFindFile(path)
    if (found !== undefined) this.#files.delete(found.path)
    return found
  }

  /** Called by every component as it is made. */
  addComponent(component: Component): void {
    this.#components.push(component)
  }

  /** Called by every file as it is made. @throws ProjectError `file_twice` */
  addFile(file: FileBase): void {
    const path = posix.join(this.outdir, file.path)
    if (this.root.#writes(path))
      throw refuse('file_twice', { path: posix.relative(this.root.outdir, path) })
    this.#files.set(file.path, file)
  }

  /** Called by every subproject as it is made. */
  addSubproject(project: Project): void {
    this.#subprojects.push(project)
  }

  /**
   * Writes all files that differ, and removes those that are no longer generated.
   * @throws ProjectError; then nothing was changed
   */
  synth(): SynthPlan {
    return synthesise(this)
  }

  #writes(path: string): boolean {
    const own = posix.relative(this.outdir, path)
    return this.#files.has(own) || this.#subprojects.some((one) => one.#writes(path))
  }
}

/** The patterns of a definition are the last of the file, so that they beat those of the project's type. */
class OwnPatterns extends Component {
  readonly #patterns: readonly string[]

  constructor(project: Project, patterns: readonly string[]) {
    super(project)
    this.#patterns = patterns
  }

  override preSynthesize(): void {
    this.project.gitignore.addPatterns(...this.#patterns)
  }
}

/** The definition that somebody would edit. */
function definitionIn(folder: string): string {
  return DEFINITION_FILES.find((name) => existsSync(posix.join(folder, name))) ?? 'the definition'
}

function repositoryOf(
  name: string,
  given: string | undefined,
  folder: string,
): Repository | undefined {
  const found = findRepository(given, folder)
  if (given === undefined || found !== undefined) return found
  const reason = 'write owner/name or the URL of the repository.'
  throw refuse('option_invalid', { type: name, option: 'repository', value: given, reason })
}

function rootFolder(outdir: string | undefined): string {
  return resolve(outdir ?? '.')
    .split(sep)
    .join('/')
}

function below(parent: Project, { name, outdir }: ProjectOptions): string {
  const folder = outdir === undefined ? parent.outdir : posix.join(parent.outdir, outdir)
  if (folder !== parent.outdir && folder.startsWith(`${parent.outdir}/`)) return folder
  throw refuse('subproject_outdir', { name, root: parent.outdir })
}
