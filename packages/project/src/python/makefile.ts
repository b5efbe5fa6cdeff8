import { TextFile } from '../files/text-file.ts'
import type { Project } from '../project.ts'
import type { Task } from '../task.ts'
import { stepsOf } from './commands.ts'

/** `Makefile` with the tasks of a project: the program that runs them is on most machines, whatever the language. */
export function addMakefile(project: Project): void {
  new TextFile(project, 'Makefile', { text: () => makefile(project) })
}

function makefile({ tasks, marker }: Project): string {
  const rules = tasks.all.flatMap((task) => {
    const steps = stepsOf(tasks, task, {
      command: recipeLine,
      spawn: (spawned) => [`$(MAKE) --no-print-directory ${target(spawned)}`],
    })
    return steps.length === 0 ? [] : [{ task, steps }]
  })
  const targets = rules.map(({ task }) => target(task))
  const head = [
    `# ${marker}`,
    '',
    ...(targets.includes('build') ? ['.DEFAULT_GOAL := build'] : []),
    `.PHONY: ${targets.join(' ')}`,
  ]
  return `${[head.join('\n'), ...rules.map(({ task, steps }) => rule(task, steps))].join('\n\n')}\n`
}

function rule(task: Task, steps: readonly string[]): string {
  const comment = oneLine(task.description ?? '')
  const lines = [`${target(task)}:`, ...steps.map((step) => `\t${step}`)]
  return [...(comment === '' ? [] : [`# ${comment}`]), ...lines].join('\n')
}

/** make would take what follows a colon for what the target is made of. */
function target({ name }: Task): string {
  return name.replaceAll(':', '\\:')
}

/** A backslash at the end would take in the next line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\\s]+$/, '')
}

/** make runs every line in a shell of its own, so several become one. */
function recipeLine(command: string): string {
  const lines = command.split('\n')
  const quoted = lines.map((line) => `'${line.replaceAll("'", "'\\''")}'`)
  const line = lines.length === 1 ? command : `eval "$(printf '%s\\n' ${quoted.join(' ')})"`
  return line.replaceAll('$', '$$$$')
}
