import type { Edit } from '../../edits/edit.ts'
import { removeLines } from '../../edits/yaml-edits.ts'
import type { JobStep, ScriptCommand } from '../../job.ts'
import { hostOf } from '../../publishers/registries.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { scriptOf, withoutCommand } from './command-edit.ts'
import { NO_TOKEN, otherVerb } from './consumers.ts'
import { withoutVariablesOf } from './line-variables.ts'
import { privatePackages } from './private-packages.ts'
import { readyUploads, waitingUploads } from './ready.ts'
import { hereDocument } from './shell-lines.ts'

/** Commands that do nothing but write a token where a client finds it. */
const NPM =
  /^(?:(?:echo|printf)\b.*_auth(?:Token)?=|(?:npm|pnpm) (?:config )?set .*_auth(?:Token)?\b|yarn config set .*npmAuthToken\b|npm-cli-login\b|npm login\b)/
const PYTHON =
  /^(?:(?:echo|printf)\b.*(?:\[pypi\]|\[distutils\]|password\s*[=:]|\.pypirc\b)|poetry config (?:--\S+ )*(?:(?:pypi-token|http-basic)\.(?:test[-_]?)?pypi\b|repositories\.[\w-]+ \S*\bpypi\.org\b)|pdm config (?:--\S+ )*repository\.(?:test)?pypi\.|keyring set\b.*\bpypi\.org\b|export (?:\w+_USER(?:NAME)?=\S+ )?(?:POETRY_(?:PYPI_TOKEN|HTTP_BASIC)_|TWINE_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)|FLIT_PASSWORD|HATCH_INDEX_AUTH|PDM_PUBLISH_PASSWORD|MATURIN_(?:PYPI_TOKEN|PASSWORD)))/

/** Commands that write a here-document into a client's settings, and the lines of one that hold nothing but tokens. */
const WRITES = /^(?:cat|tee)\b.*>.*\.(?:npmrc|pypirc)\b|^tee\b.*\.(?:npmrc|pypirc)\b/
const NPM_LINE =
  /^\s*(?:$|[#;]|\/\/[^=]*:_(?:authToken|auth)\s*=|_auth(?:Token)?\s*=|(?:always-auth|email)\s*=)/
/** A line of an .npmrc with a token for npmjs.com. */
const TOKEN_LINE = /^\s*\/\/registry\.npmjs\.org\/?:_authToken\s*=/
const PYTHON_LINE =
  /^\s*(?:$|[#;]|\[(?:distutils|server-login|(?:test)?pypi)\]|index-servers\s*=|(?:test)?pypi\s*$|repository\s*[=:].*\bpypi\.org\b|(?:username|password)\s*[=:])/

/** What such a command sets beside the token, and must go on setting. */
const MORE = /(?:^|[\s"'\\n])(?:@[\w.-]+:)?registry\s*=|always-auth|npmRegistryServer/

/** Lines of scripts that store a token for later commands. */
export const tokenScripts: Rewrite = {
  id: 'token-scripts',
  title: "Takes lines out of scripts that write a token to .npmrc, .pypirc or a client's settings.",
  *rewrite(release) {
    for (const upload of readyUploads(release)) {
      if (upload.credentials === 'unknown') continue
      for (const step of upload.job.steps) {
        const storing = step.commands.filter((command) => isStoring(command, step, upload))
        // A step that does nothing else goes as a whole; line by line it would be left without a script.
        const [first] = storing
        const isAll = storing.length === step.commands.length
        for (const command of isAll && first ? [first] : storing) {
          yield* removed(command, step, { isAll, upload, release })
        }
      }
    }
  },
}

function isStoring(
  { words, text, nested }: ScriptCommand,
  step: JobStep,
  { step: { ecosystem }, registry }: TrustedUpload,
): boolean {
  if (nested) return false
  const lines = writtenLines(text, step)
  const pattern = ecosystem === 'pypi' ? PYTHON : NPM
  const token = ecosystem === 'pypi' ? /password\s*[=:]/ : /_auth(?:Token)?\s*=/
  const isWritten = lines.some((line) => token.test(line))
  if (!isWritten && !pattern.test(words.join(' ')) && !pattern.test(text)) return false
  // The token of another registry is none of this release's business.
  const hosts = [text, ...lines].flatMap((line) =>
    [...line.matchAll(/\/\/([^/\s"'=]+)\/[^\s"'=]*_auth/g)].map(([, host]) => host),
  )
  return hosts.length === 0 || hosts.includes(hostOf(registry))
}

/** What a here-document writes into a client's settings. */
function writtenLines(text: string, { tree }: JobStep): readonly string[] {
  const script = textOf(scriptOf(tree)) ?? ''
  return WRITES.test(text) ? (hereDocument(script, text)?.lines ?? []) : []
}

/** Tells whether a command writes more than tokens. */
function writesMore(text: string, step: JobStep, { step: { ecosystem } }: TrustedUpload): boolean {
  const line = ecosystem === 'pypi' ? PYTHON_LINE : NPM_LINE
  return MORE.test(text) || writtenLines(text, step).some((one) => !line.test(one))
}

/** The steps of every job that runs a step: jobs share the lines of a template. */
function stepsBeside({ tree }: JobStep, { pipeline }: Release): readonly JobStep[] {
  return [...pipeline.jobs, ...pipeline.otherJobs]
    .filter(({ steps }) => steps.some((one) => one.tree === tree))
    .flatMap(({ steps }) => steps)
}

interface Removal {
  /** Whether everything in the step stores tokens. */
  readonly isAll: boolean
  readonly upload: TrustedUpload
  readonly release: Release
}

function* removed(
  { text, place, words }: ScriptCommand,
  step: JobStep,
  { isAll, upload, release }: Removal,
): Iterable<Outcome> {
  const source = release.source(place.file)
  if (
    source === undefined ||
    !/_auth|npmAuthToken|npmrc|pypi|password|keyring|login|export/i.test(text)
  )
    return
  const storing = isAll ? step.commands.map((command) => command.text) : [text]
  const document = withoutTokenLines(text, step, release)
  if (storing.length === 1 && document.length > 0 && writesMore(text, step, upload)) {
    const why = whyKept(step, words, upload, release)
    const sentence = `\`${text}\` writes no token any more: nothing needs it.`
    yield why === undefined
      ? { place, sentence, edits: document }
      : { place, sentence: `\`${text}\` stays: ${why}.` }
    return
  }
  if (storing.some((one) => writesMore(one, step, upload))) {
    yield {
      place,
      sentence: `\`${text}\` writes a registry, or more, beside the token. Keep that and take the token out by hand.`,
    }
    return
  }
  const why = whyKept(step, words, upload, release)
  if (why !== undefined) {
    yield { place, sentence: `\`${text}\` stays: ${why}.` }
    return
  }
  const whole = isAll ? { ...step, commands: [] } : step
  const edits = withoutCommand(whole, text, upload.job.source, release)
  if (edits === undefined) {
    yield {
      place,
      sentence: `Take \`${text}\` out by hand: it stores a token, and something else stands on its lines.`,
    }
    return
  }
  // The step that publishes hands its variables to the client as well.
  const isOther = step.tree !== upload.step.within && !isAll
  const beside = isOther ? withoutVariablesOf(step, text, release) : []
  const sentence = `\`${text}\` is gone: nothing needs the token that it stored.`
  yield { place, sentence, edits: [...edits, ...beside] }
}

/** What still needs a token that a step stores. */
function whyKept(
  step: JobStep,
  words: readonly string[],
  { job, step: { ecosystem } }: TrustedUpload,
  release: Release,
): string | undefined {
  const waiting = waitingUploads(release).find(
    (one) => one.job === job && one.step.ecosystem === ecosystem,
  )
  if (waiting !== undefined) return `\`${waiting.step.text}\` needs it still`
  const verb = ecosystem === 'npm' ? otherVerb(stepsBeside(step, release)) : undefined
  if (verb !== undefined) return `\`${verb.text}\` needs it, ${NO_TOKEN}`
  const secret = words[0] === 'poetry' ? undefined : privatePackages(release)
  return secret && `${secret}. A token that may only read is enough for it`
}

/** The edits that take tokens out of a here-document that writes more than that into an .npmrc. */
function withoutTokenLines(text: string, step: JobStep, release: Release): readonly Edit[] {
  const run = scriptOf(step.tree)
  const source = release.source(step.tree.place.file)
  const tokens = writtenLines(text, step).filter((line) => TOKEN_LINE.test(line))
  if (run === undefined || source === undefined) return []
  const edits = tokens.map((line) => removeLines(source, run, line.trim()))
  const isWhole = edits.length > 0 && edits.every((edit) => edit !== undefined)
  return isWhole ? [...edits, ...withoutVariablesOf(step, tokens.join('\n'), release)] : []
}
