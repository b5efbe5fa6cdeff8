import { parse } from 'smol-toml'
import type { ReadText } from '../repository/files.ts'
import { isRecord } from '../repository/json-fields.ts'

/** Runners of tasks that stand in `pyproject.toml`: the words before the name, and the table that holds them. */
const RUNNERS: readonly (readonly [words: readonly string[], table: readonly string[]])[] = [
  [
    ['pdm', 'run'],
    ['pdm', 'scripts'],
  ],
  [
    ['rye', 'run'],
    ['rye', 'scripts'],
  ],
  [['poe'], ['poe', 'tasks']],
  [['task'], ['taskipy', 'tasks']],
]

// A task that runs a task that runs a task.
const MAX_DEPTH = 3

/** The script of the task that `hatch run name`, `pdm run name`, `poe name` and the like run; undefined for all else. */
export function pythonTask(words: readonly string[], read: ReadText): string | undefined {
  const at = words.findIndex((word) => /^(?:hatch|pdm|rye|poe|task)$/.test(word))
  const command = at < 0 ? [] : words.slice(at)
  const tool = command.length < 2 ? undefined : toolsIn(read('pyproject.toml') ?? '')
  if (tool === undefined) return undefined
  if (command[0] === 'hatch') return hatchTask(command, tool)
  for (const [before, table] of RUNNERS) {
    const tasks = below(tool, ...table)
    const name = command[before.length]
    if (!before.every((word, i) => word === command[i]) || name === undefined) continue
    const script = isRecord(tasks) ? scriptOf(tasks, name, MAX_DEPTH) : undefined
    if (script !== undefined) return script
  }
  return undefined
}

/** hatch.pypa.io, "Environment scripts": `hatch run name`, or `hatch run environment:name`. */
function hatchTask([, verb, named = '']: readonly string[], tool: unknown): string | undefined {
  const [name = '', environment = 'default'] = named.split(':').toReversed()
  const scripts = below(tool, 'hatch', 'envs', environment, 'scripts')
  return verb === 'run' && isRecord(scripts) ? scriptOf(scripts, name, MAX_DEPTH) : undefined
}

/** A text, a list of texts or tasks, or a table with one of them. */
function scriptOf(tasks: Record<string, unknown>, name: string, left: number): string | undefined {
  return Object.hasOwn(tasks, name) && left > 0 ? textOf(tasks[name], tasks, left - 1) : undefined
}

function textOf(task: unknown, tasks: Record<string, unknown>, left: number): string | undefined {
  if (typeof task === 'string') return scriptOf(tasks, task.trim(), left) ?? task
  if (Array.isArray(task)) {
    return task.flatMap((one: unknown) => textOf(one, tasks, left) ?? []).join('\n')
  }
  if (!isRecord(task)) return undefined
  const held = ['cmd', 'shell', 'composite', 'chain', 'sequence', 'ref']
  const key = held.find((one) => Object.hasOwn(task, one))
  return key === undefined ? undefined : textOf(task[key], tasks, left)
}

function toolsIn(text: string): unknown {
  try {
    return parse(text).tool
  } catch {
    // What is wrong with a manifest is told where manifests are read.
    return undefined
  }
}

function below(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  )
}
