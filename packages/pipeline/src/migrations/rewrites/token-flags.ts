import { posix } from 'node:path'
import type { ClientId } from '../../model.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit } from './command-edit.ts'
import { readyUploads } from './ready.ts'
import { alwaysTrusted } from './uv-always.ts'

/** Flags of the clients that hand a credential over. To pnpm and npm `-p` and `-t` mean other things. */
const FLAGS: Readonly<Record<string, string>> = {
  npm: '--//registry\\.npmjs\\.org/:_authToken',
  pnpm: '--//registry\\.npmjs\\.org/:_authToken',
  twine: '-u|--username|-p|--password',
  uv: '-u|--username|-p|--password|-t|--token',
  pdm: '-u|--username|-P|--password',
  maturin: '-u|--username|-p|--password',
}

/** A command, or the arguments of one, without the flags that hand a credential over. */
export function withoutTokens(text: string, client: ClientId): string {
  const flags = FLAGS[client]
  if (flags === undefined) return text
  const value = `(?:[ \\t]*=[ \\t]*|[ \\t]+)(?:"[^"]*"|'[^']*'|\\$\\{\\{[^}]*\\}\\}|\\S+)`
  // With what parts it from the word before, a line that goes on included.
  const pattern = new RegExp(`(?:^|(?:[ \\t]*\\\\\\r?\\n)?\\s+)(?:${flags})${value}`, 'g')
  return text.replace(pattern, '').trim()
}

/** twine ends where the file is not there that it is told to read; nothing may be left that writes it. */
function withoutMissingConfig(
  text: string,
  { job, step }: TrustedUpload,
  release: Release,
): string {
  const [flag, file = ''] = /\s+--config-file[ =](\S*\.pypirc)\b/.exec(text) ?? []
  const isWritten = job.steps
    .flatMap(({ commands }) => commands)
    .some((one) => one.text !== step.text && one.text.includes('.pypirc'))
  const isThere = release.source(posix.join(step.directory, file)) !== undefined
  return flag === undefined || isWritten || isThere ? text : text.replace(flag, '')
}

/** The same as variables before the command. */
const VARIABLES =
  /(?<![\w-])(?:NODE_AUTH_TOKEN|NPM_TOKEN|TWINE_USERNAME|TWINE_PASSWORD|UV_PUBLISH_TOKEN|UV_PUBLISH_PASSWORD|YARN_NPM_AUTH_TOKEN)=(?:"[^"]*"|'[^']*'|\$\{\{[^}]*\}\}|\S+)\s+/g

/** Clients that exchange by themselves once nothing is handed to them. */
const EXCHANGING: ReadonlySet<string> = new Set([...Object.keys(FLAGS), 'yarn'])

/** Tokens on the command line. */
export const tokenFlags: Rewrite = {
  id: 'token-flags',
  title:
    'Takes tokens off the command line (`twine upload -u __token__ -p …`, `uv publish --token …`).',
  *rewrite(release) {
    for (const upload of readyUploads(release)) {
      if (EXCHANGING.has(upload.step.client) && upload.step.action === undefined)
        yield* without(upload, release)
    }
  },
}

function* without(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step } = upload
  const bare = withoutTokens(step.text.replace(VARIABLES, ''), step.client)
  const text =
    step.client === 'twine'
      ? withoutMissingConfig(bare, upload, release)
      : bare === step.text
        ? bare
        : alwaysTrusted({ ...step, text: bare })
  if (text === step.text) return
  const edits = commandEdit(upload, text, release)
  if (edits === undefined) {
    const sentence = `Take the token off the command line of \`${step.text}\` by hand: what remains is \`${text}\`.`
    yield { place: step.place, sentence }
    return
  }
  yield { place: step.place, sentence: `\`${text}\` has no token on its command line.`, edits }
}
