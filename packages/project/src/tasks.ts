import { refuse } from './errors.ts'
import { suggestion } from './nearest.ts'
import { quoted, word } from './shell.ts'
import { Task, type TaskOptions, type TaskStep } from './task.ts'

/** The tasks of a project, and what they are as shell commands. */
export class Tasks {
  readonly #tasks = new Map<string, Task>()

  get all(): readonly Task[] {
    return [...this.#tasks.values()]
  }

  tryFind(name: string): Task | undefined {
    return this.#tasks.get(name)
  }

  addTask(name: string, options: TaskOptions = {}): Task {
    if (this.#tasks.has(name)) throw refuse('task_twice', { task: name })
    const task = new Task(name, options)
    this.#tasks.set(name, task)
    return task
  }

  removeTask(name: string): Task | undefined {
    const found = this.#tasks.get(name)
    this.#tasks.delete(name)
    return found
  }

  /**
   * Checks that every task that is run by another is there, and that none comes back to itself.
   * @throws ProjectError `task_unknown`, `task_cycle`
   */
  check(): void {
    for (const task of this.all) this.#visit(task, [])
  }

  /**
   * A task as one command for a shell, to which arguments can be added; the tasks that it runs become what `call` makes
   * of them, e.g. `npm run compile`. Every step starts anew in the folder of the project. Undefined for a task without
   * steps.
   */
  commandOf(task: Task, call: (name: string, args: string) => string): string | undefined {
    const lines = task.steps.flatMap((step) => {
      const line = this.#lineOf(step, call)
      return line === undefined ? [] : [line]
    })
    if (lines.length === 0) return undefined
    const [first = ''] = lines
    const sequence = lines.length === 1 ? first : lines.map(alone).join(' && ')
    const command = around(task, task.envVars, sequence)
    if (!task.steps.some(({ receiveArgs }) => receiveArgs)) return command
    return `task() { ${alone(command)}; }; task`
  }

  #lineOf(step: TaskStep, call: (name: string, args: string) => string): string | undefined {
    const handedOn = step.receiveArgs ? ['"$@"'] : []
    const args = [...(step.args ?? []).map(word), ...handedOn].join(' ')
    const line = this.#commandOfStep(step, args, call)
    if (line === undefined) return undefined
    return around(step, step.env ?? {}, line)
  }

  #commandOfStep(
    step: TaskStep,
    args: string,
    call: (name: string, args: string) => string,
  ): string | undefined {
    if ('say' in step) return say(step.say)
    if ('exec' in step) return args === '' ? step.exec : `${step.exec} ${args}`
    // A task with nothing to do yet is passed over, so that a hook can be empty.
    return this.#isEmpty(step.spawn) ? undefined : call(step.spawn, args)
  }

  #isEmpty(name: string): boolean {
    const task = this.#tasks.get(name)
    return task?.steps.every((step) => 'spawn' in step && this.#isEmpty(step.spawn)) ?? false
  }

  #visit(task: Task, path: readonly string[]): void {
    const at = path.indexOf(task.name)
    if (at >= 0) throw refuse('task_cycle', { cycle: [...path.slice(at), task.name].join(' → ') })
    for (const step of task.steps) {
      if (!('spawn' in step)) continue
      const next = this.#tasks.get(step.spawn)
      if (next === undefined) {
        throw refuse('task_unknown', {
          task: step.spawn,
          hint: suggestion(step.spawn, [...this.#tasks.keys()]),
        })
      }
      this.#visit(next, [...path, task.name])
    }
  }
}

/** A command with its condition, folder and variables, in a shell of its own where it needs one. */
function around(
  {
    condition,
    cwd,
  }: { readonly condition?: string | undefined; readonly cwd?: string | undefined },
  env: Readonly<Record<string, string>>,
  line: string,
): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${word(value)}`)
  const before = [
    ...(cwd === undefined ? [] : [`cd ${word(cwd)}`]),
    ...(variables.length === 0 ? [] : [`export ${variables.join(' ')}`]),
  ]
  const body = before.length === 0 ? line : `(${[...before, alone(line)].join(' && ')})`
  return condition === undefined ? body : `if ${alone(condition)}; then ${alone(body)}; fi`
}

/** What can stand in a sequence as it is: it neither ends the sequence nor changes what comes after it. */
const HARMLESS = /^(?!.*\b(?:cd|exec|exit|export|set|trap|umask|unset)\b)(?:[^;&|#\n]|&&)*$/

function alone(command: string): string {
  if (HARMLESS.test(command) || /^\([^()]*\)$/.test(command)) return command
  // A comment or a here-document ends with its line.
  return /[#\n]/.test(command) ? `(${command}\n)` : `(${command})`
}

/** `echo` takes a hyphen for an option, and in some shells a backslash for a control character. */
function say(text: string): string {
  return /^-|\\/.test(text) ? `printf '%s\\n' ${quoted(text)}` : `echo ${quoted(text)}`
}
