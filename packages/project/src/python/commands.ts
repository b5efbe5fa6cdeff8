import { Task, type TaskStep } from '../task.ts'
import type { Tasks } from '../tasks.ts'

/** How the steps of a task are written down. */
export interface Rendering {
  /** A shell command. */
  readonly command: (line: string) => string
  /** Another task that is run as it is. */
  readonly spawn: (task: Task) => readonly string[]
}

/**
 * The steps of a task as commands, one after the other; each has to succeed before the next one runs.
 * @throws ProjectError `task_unknown`, `task_cycle`
 */
export function stepsOf(tasks: Tasks, task: Task, { command, spawn }: Rendering): string[] {
  tasks.check()
  const inline = (name: string, args: string): string => {
    const spawned = tasks.tryFind(name)
    const text = spawned === undefined ? undefined : tasks.commandOf(spawned, inline)
    return `(${[text ?? 'true', args].filter((part) => part !== '').join(' ')})`
  }
  const { cwd, condition, envVars } = task
  if (cwd !== undefined || condition !== undefined || Object.keys(envVars).length > 0) {
    const whole = tasks.commandOf(task, inline)
    return whole === undefined ? [] : [command(whole)]
  }
  return task.steps.flatMap((step) => {
    // A step of its own is a task too; one that only runs empty tasks is nothing.
    const line = tasks.commandOf(new Task(task.name, { steps: [step] }), inline)
    if (line === undefined) return []
    const spawned = spawnedBy(step)
    const found = spawned === undefined ? undefined : tasks.tryFind(spawned)
    return found === undefined ? [command(line)] : spawn(found)
  })
}

/** The commands of a task and of all tasks that it runs. */
export function commandsOf(tasks: Tasks, task: Task): string[] {
  return stepsOf(tasks, task, {
    command: (line) => line,
    spawn: (spawned) => commandsOf(tasks, spawned),
  })
}

/** The task that a step runs, if the step says no more than that. */
function spawnedBy(step: TaskStep): string | undefined {
  if (!('spawn' in step)) return undefined
  const { spawn, ...rest } = step
  return Object.values(rest).every((value) => value === undefined) ? spawn : undefined
}
