import { refuse } from './errors.ts'

export interface TaskStepOptions {
  /** Relative to the project. */
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** A shell command; the step runs only if it succeeds. */
  readonly condition?: string | undefined
  /** Whether arguments of the task are handed on to this step. */
  readonly receiveArgs?: boolean | undefined
  readonly name?: string | undefined
  readonly args?: readonly string[] | undefined
}

export type TaskStep = TaskStepOptions &
  ({ readonly exec: string } | { readonly spawn: string } | { readonly say: string })

export interface TaskOptions {
  readonly description?: string | undefined
  /** A shell command, short for one step. */
  readonly exec?: string | undefined
  readonly steps?: readonly TaskStep[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  readonly condition?: string | undefined
  readonly receiveArgs?: boolean | undefined
}

/** A name that npm, make and every shell take as one word. */
const NAME = /^[A-Za-z0-9][\w:.-]*$/

/** Something that people and CI run by name: shell commands, and other tasks. */
export class Task {
  readonly name: string
  description: string | undefined
  readonly #steps: TaskStep[] = []
  readonly #env: Record<string, string>
  readonly cwd: string | undefined
  readonly condition: string | undefined
  #locked = false

  constructor(name: string, options: TaskOptions = {}) {
    if (!NAME.test(name)) throw refuse('task_name', { task: name })
    this.name = name
    this.description = options.description
    this.cwd = options.cwd
    this.condition = options.condition
    this.#env = { ...options.env }
    if (options.exec !== undefined) this.exec(options.exec, { receiveArgs: options.receiveArgs })
    this.#steps.push(...(options.steps ?? []))
  }

  get steps(): readonly TaskStep[] {
    return this.#steps
  }

  get envVars(): Readonly<Record<string, string>> {
    return this.#env
  }

  get isLocked(): boolean {
    return this.#locked
  }

  exec(command: string, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.push({ ...options, exec: command }))
  }

  prependExec(command: string, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.unshift({ ...options, exec: command }))
  }

  spawn(task: Task, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.push({ ...options, spawn: task.name }))
  }

  prependSpawn(task: Task, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.unshift({ ...options, spawn: task.name }))
  }

  say(message: string, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.push({ ...options, say: message }))
  }

  prependSay(message: string, options: TaskStepOptions = {}): void {
    this.#change((steps) => void steps.unshift({ ...options, say: message }))
  }

  /** Takes all steps out, and puts one in if a command is given. */
  reset(command?: string, options: TaskStepOptions = {}): void {
    this.#change((steps) => {
      steps.length = 0
      if (command !== undefined) steps.push({ ...options, exec: command })
    })
  }

  env(name: string, value: string): void {
    this.#env[name] = value
  }

  /** From now on the steps stay as they are. */
  lock(): void {
    this.#locked = true
  }

  #change(change: (steps: TaskStep[]) => void): void {
    if (this.#locked) throw refuse('task_locked', { task: this.name })
    change(this.#steps)
  }
}
