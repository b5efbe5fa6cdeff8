import type { Job, JobStep } from '../job.ts'
import type { Release } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { isTagged, jobStarts } from './starts.ts'

/** A step that makes releases or tags in the name of its run. */
export interface ReleaseMaker {
  readonly job: Job
  readonly step: JobStep
  /** `googleapis/release-please-action`, `` `gh release create` ``. */
  readonly what: string
  /** Where this tool makes releases, nothing else does. */
  readonly alone: boolean
  /** It makes a release of a tag that is there. */
  readonly onlyRelease: boolean
  /** A person publishes what it makes. */
  readonly draft: boolean
}

type Made = Pick<ReleaseMaker, 'what' | 'alone'> & { readonly draft?: boolean }

/** The steps that make releases or tags with the token of their run, for which GitHub starts no workflow. */
export function releaseMakers(release: Release): readonly ReleaseMaker[] {
  const { pipeline } = release
  return [...pipeline.jobs, ...pipeline.otherJobs].flatMap((job) => {
    const starts = jobStarts(job)
    // Pull requests build as a trial, and people start by hand what a tag has not.
    const telling = starts.filter(
      ({ event }) => !/^(?:pull_request|merge_group|workflow_dispatch)/.test(event),
    )
    // What a release starts makes no other.
    const follows = telling.length > 0 && telling.every(({ event }) => event === 'release')
    if (starts.length === 0 || follows) return []
    const onlyRelease = telling.length > 0 && telling.every(isTagged)
    return job.steps.flatMap((step) => {
      const made = madeBy(step, job, release)
      return made === undefined ? [] : [{ draft: false, ...made, job, step, onlyRelease }]
    })
  })
}

/** Actions that make releases, or add to them. */
export const RELEASES: RegExp =
  /^(?:softprops\/action-gh-release|ncipollo\/release-action|actions\/create-release|marvinpinto\/action-automatic-releases|elgohr\/github-release-action)$/
/** Actions that push tags. */
export const TAGS: RegExp =
  /^(?:mathieudutour\/github-tag-action|anothrnick\/github-tag-action|rickstaa\/action-create-tag|butlerlogic\/action-autotag|salsify\/action-detect-and-tag-new-version)$/

function madeBy(step: JobStep, job: Job, release: Release): Made | undefined {
  const what = step.action?.name
  if (what === undefined) return byCommand(step, job)
  const { inputs } = step
  if (/^(?:googleapis|google-github-actions)\/release-please-action$/.test(what)) {
    const makes = inputs.get('skip-github-release') !== 'true' && usesRunToken(step, 'token')
    const file = inputs.get('config-file') ?? 'release-please-config.json'
    const draft = /"draft"\s*:\s*true/.test(release.source(file)?.text ?? '')
    return makes ? { what, alone: true, draft } : undefined
  }
  if (what === 'python-semantic-release/python-semantic-release') {
    const pushes = inputs.get('push') !== 'false' && !inputs.has('ssh_private_signing_key')
    return pushes && isRunToken(inputs.get('github_token') ?? '')
      ? { what, alone: true }
      : undefined
  }
  if (what === 'release-drafter/release-drafter') {
    const makes = usesRunToken(step, 'token')
    return makes ? { what, alone: false, draft: inputs.get('publish') !== 'true' } : undefined
  }
  if (!RELEASES.test(what) && !TAGS.test(what)) return undefined
  if (!['token', 'github_token', 'repo_token'].every((name) => usesRunToken(step, name))) {
    return undefined
  }
  return { what, alone: false, draft: (inputs.get('draft') ?? 'false') !== 'false' }
}

function byCommand({ commands, variables }: JobStep, job: Job): Made | undefined {
  for (const { words } of commands) {
    const [program, ...rest] = words
    if (program === 'gh' && rest[0] === 'release' && rest[1] === 'create') {
      const draft = rest.some((word) => /^(?:--draft(?:=true)?|-d)$/.test(word))
      if (hasRunToken(variables)) return { what: '`gh release create`', alone: false, draft }
    }
    const semantic = bySemanticRelease(words, variables)
    if (semantic !== undefined) return semantic
    if (program === 'git' && rest[0] === 'push' && pushesTags(rest, job) && pushesAsRun(job)) {
      return { what: `\`${words.join(' ')}\``, alone: false }
    }
  }
  return undefined
}

/** That of Python has verbs, that of JavaScript has none; both push tags and make releases with the token they find. */
function bySemanticRelease(
  words: readonly string[],
  variables: JobStep['variables'],
): Made | undefined {
  const line = words.join(' ').replace(/^(?:python-)?semantic[-_]release\b/, 'semantic-release')
  const ofPython = /^semantic-release (?:-\S+ )*(?:version|publish)\b/.test(line)
  if (!ofPython && !/^semantic-release(?: -|$)/.test(line)) return undefined
  if (/ --(?:no-push|no-commit|noop|dry-run|print\S*|no-tag)\b/.test(line)) return undefined
  return hasRunToken(variables) ? { what: `\`${words.join(' ')}\``, alone: ofPython } : undefined
}

/** All tags, or one by the name that the job gives it: `git tag "$TAG"`, `git push origin "$TAG"`. */
function pushesTags(words: readonly string[], { steps }: Job): boolean {
  if (words.some((word) => /^(?:--tags|--follow-tags|refs\/tags\/.*)$/.test(word))) return true
  const pushed = new Set(words.slice(2).filter((word) => !word.startsWith('-')))
  return steps.some(({ commands }) =>
    commands.some(
      ({ words: [program, verb, ...rest] }) =>
        program === 'git' &&
        verb === 'tag' &&
        !rest.some((word) => /^(?:-d|--delete|-f|--force)$/.test(word)) &&
        rest.some((word) => pushed.has(word)),
    ),
  )
}

/** Git pushes with what the checkout has left: the token of the run unless another is given. */
export function pushesAsRun({ steps }: Job): boolean {
  const checkout = steps.find(({ action }) => action?.name === 'actions/checkout')
  const sets = steps.some(({ commands }) => commands.some(({ words }) => givesAnother(words)))
  const { inputs = new Map<string, string>() } = checkout ?? {}
  return (
    checkout !== undefined &&
    !inputs.has('ssh-key') &&
    inputs.get('persist-credentials') !== 'false' &&
    isRunToken(inputs.get('token') ?? `\${{ github.token }}`) &&
    !sets
  )
}

/** Commands after which git pushes with something else: an address with a token in it, a header, a key. */
function givesAnother([program, verb, ...rest]: readonly string[]): boolean {
  if (program === 'gh') return verb === 'auth'
  if (program !== 'git') return program === 'ssh-add' || program === 'ssh-agent'
  if (verb === 'remote') return /^(?:set-url|add)$/.test(rest[0] ?? '')
  if (verb === 'push') return rest.some((word) => /:\/\/|@/.test(word))
  return (
    verb === 'config' &&
    rest.some((word) => /^(?:url|http|credential|remote|core\.sshcommand)\b/i.test(word))
  )
}

/** Tells whether an action is given the token of the run by an input, or takes it by itself. */
export function usesRunToken({ inputs, variables, tree }: JobStep, input: string): boolean {
  const given =
    inputs.get(input) ??
    textOf(child(tree, 'with', 'github_token')) ??
    variables.get('GITHUB_TOKEN')?.value
  return given === undefined || isRunToken(given)
}

/** Tells whether gh, and what reads the same variables, has the token of the run. */
export function hasRunToken(variables: JobStep['variables']): boolean {
  return isRunToken((variables.get('GH_TOKEN') ?? variables.get('GITHUB_TOKEN'))?.value ?? '')
}

/** Tells whether a text is GitHub's own token of the run. */
function isRunToken(text: string): boolean {
  return /^\$\{\{\s*(?:secrets\.GITHUB_TOKEN|github\.token)\s*\}\}$/i.test(text)
}
