import type { Job, JobStep } from '../../job.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'

type Access = 'read' | 'write'

/** What actions want of GitHub's own token beside reading the contents (their documentation). */
const ACTIONS: readonly (readonly [name: RegExp, scopes: readonly string[]])[] = [
  [/^changesets\/action$/, ['contents', 'pull-requests']],
  [
    /^(?:googleapis|google-github-actions)\/release-please-action$/,
    ['contents', 'pull-requests', 'issues'],
  ],
  [/^(?:cycjimmy|codfish)\/semantic-release-action$/, ['contents', 'issues', 'pull-requests']],
  [/^(?:python-semantic-release|relekang)\/python-semantic-release$/, ['contents']],
  [/^peter-evans\/create-pull-request$/, ['contents', 'pull-requests']],
  [
    /^(?:softprops\/action-gh-release|ncipollo\/release-action|actions\/create-release|actions\/upload-release-asset|svenstaro\/upload-release-action|marvinpinto\/action-automatic-releases|release-drafter\/release-drafter|elgohr\/github-release-action|taiki-e\/create-gh-release-action|stefanzweifel\/git-auto-commit-action|ad-m\/github-push-action|endbug\/add-and-commit|mathieudutour\/github-tag-action|peaceiris\/actions-gh-pages|jamesives\/github-pages-deploy-action)$/,
    ['contents'],
  ],
  [/^(?:jasonetco\/create-an-issue|peter-evans\/create-issue-from-file)$/, ['issues']],
  [/^actions\/attest(?:-build-provenance|-sbom)?$/, ['attestations']],
  [/^actions\/deploy-pages$/, ['pages']],
  [/^docker\/(?:login|build-push)-action$/, ['packages']],
]

/** Commands that write with GitHub's own token. */
const COMMANDS: readonly (readonly [words: RegExp, scopes: readonly string[]])[] = [
  [/^git (?:.* )?push\b/, ['contents']],
  [/^gh release (?:create|upload|edit|delete)\b/, ['contents']],
  [/^gh pr (?:create|merge|edit|comment|close)\b/, ['pull-requests', 'contents']],
  [/^gh issue (?:create|edit|comment|close)\b/, ['issues']],
  [/^(?:mkdocs gh-deploy|mike deploy|ghp-import|gh-pages)\b/, ['contents']],
  [/^gh workflow run\b/, ['actions']],
  [/^napi (?:pre)?publish\b/, ['contents']],
  [/^semantic-release\b/, ['contents', 'issues', 'pull-requests']],
  [
    /^(?:lerna (?:publish|version)|release-it|np|auto|nx release|changeset tag|standard-version)\b/,
    ['contents'],
  ],
  [
    /^(?:python-semantic-release|autopub (?:commit|githubrelease)|tbump|fullrelease)\b/,
    ['contents'],
  ],
  [/^(?:npm|pnpm|yarn) version\b/, []],
]

/** What scripts of actions/github-script call, which has the token of the run unless it is given another. */
const CALLS: readonly (readonly [call: RegExp, scope: string])[] = [
  [
    /\.repos\.(?:(?:create|update|delete|upload)Release\w*|createDispatchEvent|createOrUpdateFileContents)\b|\.git\.(?:create|update|delete)\w+/,
    'contents',
  ],
  [/\.issues\.(?:create|update|add|set|remove|lock)\w*/, 'issues'],
  [/\.pulls\.(?:create|update|merge|request)\w*/, 'pull-requests'],
  [/\.actions\.createWorkflowDispatch\b/, 'actions'],
]

/**
 * What jobs use of GitHub's own token, as their steps show it. A `permissions:` block takes away everything that it
 * does not list, so what the settings of the repository gave until now has to be in it.
 */
export function scopesReliedOn(jobs: readonly Job[]): ReadonlyMap<string, Access> {
  const scopes = new Map<string, Access>([['contents', 'read']])
  for (const scope of jobs.flatMap(({ steps }) => steps.flatMap(scopesOf)))
    scopes.set(scope, 'write')
  return scopes
}

/** The same where callers limit it: a called job that lists more than they have keeps the run from starting. */
export function scopesWithinCallers(jobs: readonly Job[]): ReadonlyMap<string, Access> {
  const limits = jobs.map(({ permissions }) => permissions).filter(({ from }) => from === 'caller')
  const within = [...scopesReliedOn(jobs)].flatMap(([scope, access]): [string, Access][] => {
    const allowed = limits.map(({ all, scopes }) => all ?? scopes.get(scope) ?? 'none')
    if (allowed.includes('none')) return []
    return [[scope, allowed.includes('read') ? 'read' : access]]
  })
  return new Map(within)
}

/**
 * What called jobs ask for themselves. GitHub starts nothing of a workflow whose called job asks for more than the
 * caller may.
 */
export function scopesDeclaredBy(called: readonly Job[]): ReadonlyMap<string, Access> {
  const scopes = new Map<string, Access>()
  for (const { permissions } of called) {
    if (permissions.from !== 'job' && permissions.from !== 'workflow') continue
    for (const [scope, access] of permissions.scopes) {
      if (access === 'write' || (access === 'read' && !scopes.has(scope))) scopes.set(scope, access)
    }
  }
  return scopes
}

function scopesOf(step: JobStep): readonly string[] {
  const name = step.action?.name ?? ''
  const ofAction = ACTIONS.filter(([pattern]) => pattern.test(name)).flatMap(([, scopes]) => scopes)
  const ofCommands = step.commands.flatMap(({ words }) => {
    const line = words.join(' ')
    return COMMANDS.filter(([pattern]) => pattern.test(line)).flatMap(([, scopes]) => scopes)
  })
  const ofToken = usesPackages(step) ? ['packages'] : []
  const found = [...ofAction, ...ofCommands, ...ofScript(step), ...ofToken]
  return found.length === 0 && mayRelease(step) ? ['contents'] : found
}

function ofScript({ action, inputs }: JobStep): readonly string[] {
  const token = inputs.get('github-token') ?? 'github.token'
  if (action?.name !== 'actions/github-script' || !/github\.token|GITHUB_TOKEN/i.test(token))
    return []
  const script = inputs.get('script') ?? ''
  return CALLS.filter(([call]) => call.test(script)).map(([, scope]) => scope)
}

/** Something that is not known, is handed the token of the run, and has to do with releases by its name. */
function mayRelease({ tree, inputs, action, commands }: JobStep): boolean {
  const own = entriesOf(child(tree, 'env')).map(([, value]) => textOf(value) ?? '')
  const isHanded = [...own, ...inputs.values()].some((value) =>
    /\bsecrets\.GITHUB_TOKEN\b|\bgithub\.token\b/i.test(value),
  )
  const texts = [action?.name ?? '', ...commands.map(({ text }) => text)]
  return isHanded && texts.some((text) => /release|changelog|\btags?\b/i.test(text))
}

/** GitHub Packages, published to with the token of the run. */
function usesPackages({ inputs, variables, commands }: JobStep): boolean {
  const values = [...inputs.values(), ...[...variables.values()].map(({ value }) => value)]
  const token = values.some((value) => /\bGITHUB_TOKEN\b|\bgithub\.token\b/.test(value))
  const texts = [...values, ...commands.map(({ text }) => text)]
  return token && texts.some((text) => /npm\.pkg\.github\.com|\bghcr\.io\b/.test(text))
}
