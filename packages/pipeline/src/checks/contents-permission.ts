import type { Job, JobStep, ScriptCommand } from '../job.ts'
import type { PublishJob, PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { allowed, mayWrite } from './added.ts'
import type { Check } from './check.ts'
import { goesOn } from './goes-on.ts'
import { hasRunToken, pushesAsRun, RELEASES, TAGS, usesRunToken } from './release-makers.ts'
import { stepsBefore } from './step-of.ts'

/** F39: a permissions block for the ID token has taken away the right to push and to make releases. */
export const contentsPermission: Check = {
  id: 'contents-permission',
  title: 'a publishing job that pushes or makes a release, and may not write the contents',
  failures: ['F39'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const judged = new Set<PublishJob>()
    for (const { job, step } of uploadsOf(release)) {
      if (judged.has(job) || mayWrite(job, 'contents')) continue
      judged.add(job)
      const before = stepsBefore(job, step)
      for (const writer of job.steps) {
        const what = writes(writer, job)
        if (what === undefined) continue
        const isCertain = before.includes(writer) && writer.condition === undefined
        yield {
          ...(!isCertain && { severity: 'warning' as const }),
          place: writer.place,
          message: `${what} writes with the token of the run, and the permissions of job "${job.id}" do not list \`contents: write\`: it ends with "${refusal(what)}"${end(writer, job, step)}.`,
          fix: 'Add `contents: write` to the permissions of the job.',
          ...allowed(release, job, 'contents'),
        }
      }
    }
  },
}

function refusal(what: string): string {
  return what.startsWith('`git ')
    ? 'remote: Permission to … denied to github-actions[bot]'
    : 'Resource not accessible by integration'
}

function end(writer: JobStep, job: PublishJob, step: PublishStep): string {
  if (writer.tree === step.within) return ''
  return stepsBefore(job, step).includes(writer)
    ? ', and nothing is published'
    : ', after the upload'
}

/** What of a step writes to the repository with the token of the run, for certain. */
function writes(step: JobStep, job: Job): string | undefined {
  const name = step.action?.name ?? ''
  if (RELEASES.test(name) || TAGS.test(name)) {
    const asRun = ['token', 'github_token', 'repo_token'].every((input) =>
      usesRunToken(step, input),
    )
    return asRun && textOf(child(step.tree, 'continue-on-error')) !== 'true' ? name : undefined
  }
  const command = step.commands.find((one) => commandWrites(one, step, job) && !goesOn(step, one))
  return command && `\`${command.text}\``
}

function commandWrites({ words }: ScriptCommand, { variables }: JobStep, job: Job): boolean {
  const [program, noun, verb] = words
  if (program === 'git') return noun === 'push' && !words.includes('--dry-run') && pushesAsRun(job)
  if (program !== 'gh' || noun !== 'release') return false
  const elsewhere = words.some((word) => /^(?:-R|--repo)\b/.test(word))
  return /^(?:create|upload|edit|delete)$/.test(verb ?? '') && !elsewhere && hasRunToken(variables)
}
