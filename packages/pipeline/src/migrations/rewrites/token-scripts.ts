import type { Edit, SourceFile } from '../../edits/edit.ts'
import { removeItem, removeLines } from '../../edits/yaml-edits.ts'
import type { JobStep, ScriptCommand } from '../../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { privatePackages } from './private-packages.ts'

/** Commands that do nothing but write a token where a client finds it. */
const NPM =
  /^(?:(?:echo|printf)\b.*_auth(?:Token)?=|(?:npm|pnpm) (?:config )?set .*_auth(?:Token)?\b|yarn config set .*npmAuthToken\b|npm-cli-login\b|npm login\b)/
const PYTHON =
  /^(?:(?:echo|printf)\b.*(?:\[pypi\]|\[distutils\]|password\s*[=:])|poetry config (?:pypi-token|http-basic)\.|keyring set\b)/

/** What such a command sets beside the token, and must go on setting. */
const MORE = /(?:^|[\s"'\\n])(?:@[\w.-]+:)?registry\s*=|always-auth|npmRegistryServer/

/** Lines of scripts that store a token for later commands. */
export const tokenScripts: Rewrite = {
  id: 'token-scripts',
  title: "Takes lines out of scripts that write a token to .npmrc, .pypirc or a client's settings.",
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.storedSecrets.length === 0) continue
      for (const step of upload.job.steps) {
        for (const command of step.commands) {
          if (isStoring(command, upload)) yield* removed(command, step, upload, release)
        }
      }
    }
  },
}

function isStoring({ words, text, nested }: ScriptCommand, { step }: TrustedUpload): boolean {
  const pattern = step.ecosystem === 'pypi' ? PYTHON : NPM
  return !nested && (pattern.test(words.join(' ')) || pattern.test(text))
}

function* removed(
  { text, place, words }: ScriptCommand,
  step: JobStep,
  { job }: TrustedUpload,
  release: Release,
): Iterable<Outcome> {
  const source = release.source(place.file)
  if (
    source === undefined ||
    (!text.includes('_auth') && !/npmAuthToken|pypi|password|keyring|login/.test(text))
  )
    return
  if (MORE.test(text)) {
    yield {
      place,
      sentence: `\`${text}\` writes a registry beside the token. Keep the registry and take the token out by hand.`,
    }
    return
  }
  const why = words[0] === 'poetry' ? undefined : privatePackages(release)
  if (why !== undefined) {
    yield {
      place,
      sentence: `\`${text}\` stays: ${why}. A token that may only read is enough for it.`,
    }
    return
  }
  const edits = withoutCommand(source, step, text, job.source.written)
  if (edits === undefined) {
    yield {
      place,
      sentence: `Take \`${text}\` out by hand: it stores a token, and something else stands on its lines.`,
    }
    return
  }
  yield { place, sentence: `\`${text}\` is gone: nothing needs the token that it stored.`, edits }
}

/** The script without the command; without the step if it did nothing else. */
export function withoutCommand(
  source: SourceFile,
  step: Pick<JobStep, 'tree' | 'commands'>,
  text: string,
  job: Tree,
): readonly Edit[] | undefined {
  const run = child(step.tree, 'run') ?? step.tree
  const isOnly = step.commands.every((command) => command.text === text)
  if (!isOnly) {
    const edit = removeLines(source, run, text)
    return edit && [edit]
  }
  const lists = ['steps', 'script', 'before_script', 'after_script'].map((key) => child(job, key))
  for (const list of lists) {
    const edit = list && removeItem(source, list, step.tree)
    if (edit !== undefined && textOf(run) !== undefined) return [edit]
  }
  return undefined
}
