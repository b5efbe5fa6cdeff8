import type { Job, JobStep, ScriptCommand } from '../job.ts'
import { type Release, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { added } from './added.ts'
import type { Check, Found } from './check.ts'

/** F39: gh, which a split job has left without its token or its repository. */
export const ghContext: Check = {
  id: 'gh-context',
  title: '`gh` in a publishing job, without a token or without a repository',
  failures: ['F39'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const job of new Set(uploadsOf(release).map((upload) => upload.job))) {
      for (const step of job.steps) yield* judged(step, job, release)
    }
  },
}

function* judged(step: JobStep, job: Job, release: Release): Iterable<Found> {
  const command = step.commands.find(
    ({ words, text, nested }) =>
      !nested &&
      words[0] === 'gh' &&
      /^(?:release|pr|issue|run|workflow|repo)$/.test(words[1] ?? '') &&
      !/\bGH_TOKEN=/.test(text),
  )
  if (command === undefined || job.image !== undefined || mayFail(step, command)) return
  const logsIn = job.steps.some(({ commands }) =>
    commands.some(({ words }) => words[0] === 'gh' && words[1] === 'auth'),
  )
  const names = [...step.variables.keys()]
  // What a step or an action put into $GITHUB_ENV is not seen here.
  const mayBeSet = job.steps.some(({ commands }) =>
    commands.some(({ text }) => /GITHUB_ENV|GH_TOKEN/.test(text)),
  )
  const own = job.runners.some((one) => !one.known || one.value?.includes('self-hosted'))
  if (
    !names.some((name) => name === 'GH_TOKEN' || name === 'GITHUB_TOKEN') &&
    !logsIn &&
    !mayBeSet &&
    !own
  ) {
    yield {
      place: command.place,
      message: `\`${command.text}\` has no token: "gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable", and the step fails.`,
      fix: `Set \`GH_TOKEN: \${{ github.token }}\` in the \`env:\` of the step.`,
      ...withVariable(release, step, `GH_TOKEN: \${{ github.token }}`),
    }
    return
  }
  const checksOut = job.steps.some(({ action }) => /checkout/.test(action?.name ?? ''))
  const named =
    /(?:^|\s)(?:-R|--repo)\b|github\.com/.test(command.text) || names.includes('GH_REPO')
  const clones = job.steps.some(({ commands }) =>
    commands.some(({ words }) => words.includes('clone') || words.includes('init')),
  )
  if (checksOut || named || clones || step.inAction !== undefined) return
  yield {
    place: command.place,
    message: `\`${command.text}\` runs in job "${job.id}", which checks nothing out: "failed to run git: fatal: not a git repository", and the step fails.`,
    fix: `Set \`GH_REPO: \${{ github.repository }}\` in the \`env:\` of the step.`,
    ...withVariable(release, step, `GH_REPO: \${{ github.repository }}`),
  }
}

function withVariable(release: Release, { tree }: JobStep, line: string): Pick<Found, 'edits'> {
  const env = child(tree, 'env')
  return env === undefined
    ? added(release, tree, ['env:', `  ${line}`])
    : added(release, env, [line])
}

/** `gh … || true`, and what asks whether a release is there. */
function mayFail({ tree }: JobStep, { text }: ScriptCommand): boolean {
  if ((textOf(child(tree, 'continue-on-error')) ?? 'false') !== 'false') return true
  const lines = (textOf(child(tree, 'run')) ?? '').split('\n')
  return lines.some((line) => line.includes(text) && /\|\||^\s*(?:if|while|until|!)\s/.test(line))
}
