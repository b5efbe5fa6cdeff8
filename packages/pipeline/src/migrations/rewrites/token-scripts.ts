import type { JobStep, ScriptCommand } from '../../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { withoutCommand } from './command-edit.ts'
import { privatePackages } from './private-packages.ts'

/** Commands that do nothing but write a token where a client finds it. */
const NPM =
  /^(?:(?:echo|printf)\b.*_auth(?:Token)?=|(?:npm|pnpm) (?:config )?set .*_auth(?:Token)?\b|yarn config set .*npmAuthToken\b|npm-cli-login\b|npm login\b)/
const PYTHON =
  /^(?:(?:echo|printf)\b.*(?:\[pypi\]|\[distutils\]|password\s*[=:]|\.pypirc\b)|poetry config (?:pypi-token|http-basic)\.|keyring set\b)/

/** What such a command sets beside the token, and must go on setting. */
const MORE = /(?:^|[\s"'\\n])(?:@[\w.-]+:)?registry\s*=|always-auth|npmRegistryServer/

/** Lines of scripts that store a token for later commands. */
export const tokenScripts: Rewrite = {
  id: 'token-scripts',
  title: "Takes lines out of scripts that write a token to .npmrc, .pypirc or a client's settings.",
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.credentials === 'unknown') continue
      for (const step of upload.job.steps) {
        const storing = step.commands.filter((command) => isStoring(command, upload))
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

function isStoring({ words, text, nested }: ScriptCommand, { step }: TrustedUpload): boolean {
  const pattern = step.ecosystem === 'pypi' ? PYTHON : NPM
  return !nested && (pattern.test(words.join(' ')) || pattern.test(text))
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
  const whole = isAll ? { ...step, commands: [] } : step
  const edits = withoutCommand(whole, text, upload.job.source.written, release)
  if (edits === undefined) {
    yield {
      place,
      sentence: `Take \`${text}\` out by hand: it stores a token, and something else stands on its lines.`,
    }
    return
  }
  yield { place, sentence: `\`${text}\` is gone: nothing needs the token that it stored.`, edits }
}
