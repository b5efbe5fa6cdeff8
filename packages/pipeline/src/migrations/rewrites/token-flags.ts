import type { Release, TrustedUpload } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit } from './command-edit.ts'
import { readyUploads } from './ready.ts'

/** Flags of the clients that hand a credential over, with their value. */
const FLAGS =
  /\s+(?:-u|--username|-p|--password|-t|--token|--user|--auth|--\/\/registry\.npmjs\.org\/:_authToken)(?:[ \t]*=[ \t]*|[ \t]+)(?:"[^"]*"|'[^']*'|\$\{\{[^}]*\}\}|\S+)/g

/** The same as variables before the command. */
const VARIABLES =
  /(?<![\w-])(?:NODE_AUTH_TOKEN|NPM_TOKEN|TWINE_USERNAME|TWINE_PASSWORD|UV_PUBLISH_TOKEN|UV_PUBLISH_PASSWORD|YARN_NPM_AUTH_TOKEN)=(?:"[^"]*"|'[^']*'|\$\{\{[^}]*\}\}|\S+)\s+/g

/** Clients that exchange by themselves once nothing is handed to them. */
const EXCHANGING: ReadonlySet<string> = new Set(['npm', 'pnpm', 'yarn', 'twine', 'uv'])

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
  // To pnpm and npm `-p` and `-t` mean other things.
  const python = step.client === 'twine' || step.client === 'uv'
  const bare = step.text.replace(VARIABLES, '')
  const text = python || bare.includes('_authToken') ? bare.replace(FLAGS, '') : bare
  if (text === step.text) return
  const edits = commandEdit(upload, text, release)
  if (edits === undefined) {
    const sentence = `Take the token off the command line of \`${step.text}\` by hand: what remains is \`${text}\`.`
    yield { place: step.place, sentence }
    return
  }
  yield { place: step.place, sentence: `\`${text}\` has no token on its command line.`, edits }
}
