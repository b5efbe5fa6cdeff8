import type { JobStep, ScriptCommand } from '../job.ts'
import { type Release, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { allowed, mayWrite } from './added.ts'
import type { Check } from './check.ts'
import { goesOn } from './goes-on.ts'
import { hasRunToken } from './release-makers.ts'

/** F20: the token of a run may start a workflow by its name, but only with `actions: write`. */
export const dispatchPermission: Check = {
  id: 'dispatch-permission',
  title: '`gh workflow run` of the workflow that publishes, in a job that may start none',
  failures: ['F20'],
  severity: 'error',
  *find(release) {
    const { pipeline } = release
    if (pipeline.provider !== 'github') return
    const names = publishingWorkflows(release)
    for (const job of [...pipeline.jobs, ...pipeline.otherJobs]) {
      if (mayWrite(job, 'actions')) continue
      for (const step of job.steps) {
        for (const command of step.commands) {
          if (!starts(command, step, names)) continue
          const silent = goesOn(step, command)
          yield {
            ...(silent && { severity: 'warning' as const }),
            place: command.place,
            message: `\`${command.text}\` ends with "HTTP 403: Resource not accessible by integration", as the permissions of job "${job.id}" do not list \`actions: write\`: ${silent ? 'the run goes on, and ' : ''}nothing is published.`,
            fix: 'Add `actions: write` to the permissions of the job.',
            ...allowed(release, job, 'actions'),
          }
        }
      }
    }
  },
}

/** The files and names of the workflows that publish. */
function publishingWorkflows(release: Release): ReadonlySet<string> {
  return new Set(
    uploadsOf(release).flatMap(({ job }) => {
      const entry = job.source.callers[0]?.workflow ?? job.source.workflow
      const name = textOf(child(entry, 'name'))
      return [job.entry.split('/').at(-1) ?? '', ...(name === undefined ? [] : [name])]
    }),
  )
}

function starts(
  { words: [program, noun, verb, ...rest] }: ScriptCommand,
  { variables }: JobStep,
  names: ReadonlySet<string>,
): boolean {
  if (program !== 'gh' || noun !== 'workflow' || verb !== 'run') return false
  const elsewhere = rest.some((word) => /^[\w.-]+\/[\w.-]+$/.test(word))
  return hasRunToken(variables) && !elsewhere && rest.some((word) => names.has(word))
}
