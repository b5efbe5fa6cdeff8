import type { Job, JobStep, ScriptCommand } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { uploadsOf } from '../../release.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'
import { scriptOf } from './command-edit.ts'
import { privatePackages } from './private-packages.ts'
import { waitingUploads } from './ready.ts'

/** npm's commands that want a token, and get none from trusted publishing. */
const OTHER_NPM_VERBS =
  /^(?:npm|pnpm|yarn npm) (?:dist-tag (?:add|rm)|tag (?:add|remove)|access|deprecate|owner|unpublish|team|star|hook|whoami)\b/

/** Why such a command keeps its token. */
export const NO_TOKEN = 'trusted publishing gives no token for that command'

const INSTALLS = /^(?:(?:npm|pnpm|yarn|bun) (?:ci|install|i|add)\b|yarn$)/

/**
 * Who else needs what a variable holds, among the steps that see it: the reason to keep it, for the person. Undefined
 * where publishing was its only use.
 * @param steps the steps that the variable reaches
 */
export function otherConsumer(
  variable: string,
  secret: string,
  steps: readonly JobStep[],
  upload: TrustedUpload,
  release: Release,
): string | undefined {
  const python = upload.step.ecosystem === 'pypi'
  for (const step of steps) {
    for (const command of step.commands) {
      const why = consumes(command, variable, python, release)
      if (why !== undefined) return why
    }
    if (mentions(withoutCommands(step), variable)) return 'a script uses it'
    const input = [...step.inputs].find(([, value]) =>
      new RegExp(`\\benv\\.${variable}\\b`).test(value),
    )
    if (input !== undefined && step.tree !== upload.step.within) {
      return `${step.action?.name ?? 'a step'} takes it as \`${input[0]}\``
    }
  }
  const waiting = waitingUploads(release).find(
    ({ step }) =>
      steps.some(({ tree }) => tree === step.within) &&
      step.storedSecrets.some(({ name }) => name === secret),
  )
  if (waiting !== undefined) return `\`${waiting.step.text}\` needs it still`
  const other = otherRegistry(secret, upload, release)
  return other && `it also publishes to ${other}`
}

/** The commands that install, of steps that are themselves given a secret in one of some variables. */
export function commandsWithToken(
  steps: readonly JobStep[],
  variables: readonly string[],
): readonly ScriptCommand[] {
  return steps
    .filter(({ tree }) =>
      entriesOf(child(tree, 'env')).some(
        ([name, value]) => variables.includes(name) && /\bsecrets\b/.test(textOf(value) ?? ''),
      ),
    )
    .flatMap(({ commands }) => commands.filter(({ words }) => INSTALLS.test(words.join(' '))))
}

/** The first command that wants a token and gets none from trusted publishing. */
export function otherVerb(steps: readonly JobStep[]): ScriptCommand | undefined {
  return steps
    .flatMap(({ commands }) => commands)
    .find(({ words }) => OTHER_NPM_VERBS.test(words.join(' ')))
}

function consumes(
  { text, words }: ScriptCommand,
  variable: string,
  python: boolean,
  release: Release,
): string | undefined {
  const line = words.join(' ')
  if (!python && OTHER_NPM_VERBS.test(line))
    return `\`${text}\` needs it: ${NO_TOKEN}. Hand it to a step that does nothing else`
  if (!python && INSTALLS.test(line)) {
    const why = privatePackages(release)
    if (why !== undefined)
      return `\`${text}\` needs it: ${why}. A token that may only read is enough for it`
  }
  // What stores a token is gone by now, or it stays and would store nothing.
  const isPublish = /\b(?:publish|upload|release|changeset)\b/.test(line)
  return mentions(text, variable) && !isPublish ? `\`${text}\` uses it` : undefined
}

function mentions(text: string, variable: string): boolean {
  return new RegExp(`\\$\\{?${variable}\\b`).test(text)
}

/** What a script holds beside commands and comments: here-documents, conditions. */
function withoutCommands({ tree, commands }: JobStep): string {
  const script = textOf(scriptOf(tree)) ?? ''
  const rest = commands.reduce((text, command) => text.replace(command.text, ''), script)
  return rest.replace(/^\s*#.*$/gm, '')
}

/** Another upload with the same secret to a registry without trusted publishing. */
function otherRegistry(
  secret: string,
  upload: TrustedUpload,
  release: Release,
): string | undefined {
  const trusted = new Set(uploadsOf(release).map(({ step }) => step))
  const found = release.pipeline.jobs
    .flatMap(({ publishes }) => publishes)
    .find((step) => !trusted.has(step) && step.storedSecrets.some(({ name }) => name === secret))
  return found === undefined || found === upload.step
    ? undefined
    : (found.registry ?? 'another registry')
}

/** The steps of all jobs of a workflow file. */
export function stepsOfFile(file: string, { pipeline }: Release): readonly JobStep[] {
  return [...pipeline.jobs, ...pipeline.otherJobs]
    .filter((job: Job) => job.file === file)
    .flatMap(({ steps }) => steps)
}
