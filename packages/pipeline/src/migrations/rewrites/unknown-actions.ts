import type { JobStep } from '../../job.ts'
import { type Release, uploadsOf } from '../../release.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'
import type { Left, Rewrite } from '../migration.ts'

/** Actions that seem to publish, and are not known here. */
export const unknownActions: Rewrite = {
  id: 'unknown-actions',
  title:
    'Leaves actions that it does not know, and says which of them take a token for npm or PyPI.',
  *rewrite(release: Release) {
    const { pipeline } = release
    const isAlone = uploadsOf(release).length === 0
    const known = new Set(
      pipeline.jobs.flatMap(({ publishes }) => publishes.map(({ within }) => within)),
    )
    for (const step of [...pipeline.jobs, ...pipeline.otherJobs].flatMap(({ steps }) => steps)) {
      if (known.has(step.tree)) continue
      yield* leftOf(step)
      if (isAlone) yield* handedOver(step)
    }
  },
}

const PUBLISHES = /pypi|npm|publish|release|deploy/
// From version 8 on it uploads nothing, whatever it is given.
const UPLOADS_NOTHING = /^(?:python-semantic-release|relekang)\/|^actions\//

/** Those of which it is known how they do without a token. */
const KNOWN: Readonly<Record<string, string>> = {
  'nearform-actions/optic-release-automation-action':
    'Version 4 exchanges ID tokens where it is told `publish-mode: oidc`: write that in the place of the tokens, and give the job `id-token: write`.',
}

function* leftOf({ action, tree }: JobStep): Iterable<Left> {
  if (action === undefined || !PUBLISHES.test(action.name)) return
  if (UPLOADS_NOTHING.test(action.name) || action.name.startsWith('./')) return
  for (const [input, value] of entriesOf(child(tree, 'with'))) {
    const secret = /\bsecrets\.(\w+)/.exec(textOf(value) ?? '')?.[1]
    if (secret === undefined || !/pypi|npm/i.test(`${input} ${secret}`)) continue
    const instead = /pypi/i.test(`${action.name} ${input} ${secret}`)
      ? 'pypa/gh-action-pypi-publish'
      : '`npm publish` (npm 11.5.1 or newer)'
    const known = KNOWN[action.name]
    if (known !== undefined) {
      yield { place: value.place, sentence: `${action.name} takes the secret ${secret}. ${known}` }
      return
    }
    const sentence = `${action.name} takes the secret ${secret} as \`${input}\`, and what it does with it is not known here. If it publishes and cannot exchange ID tokens, let it build only, and publish with ${instead} in a job with \`id-token: write\`.`
    yield { place: value.place, sentence }
  }
}

/** A token in the environment of an action, in a repository of which nothing else is known to publish. */
function* handedOver({ action, tree }: JobStep): Iterable<Left> {
  if (action === undefined || UPLOADS_NOTHING.test(action.name) || action.name.startsWith('./'))
    return
  for (const [name, value] of entriesOf(child(tree, 'env'))) {
    const secret = /\bsecrets\.(\w+)/.exec(textOf(value) ?? '')?.[1]
    if (secret === undefined || !/^(?:NODE_AUTH_TOKEN|NPM_(?:AUTH_)?TOKEN)$/.test(name)) continue
    const sentence = `${action.name} gets the secret ${secret} as ${name}, and what it does with it is not known here. If it publishes through npm 11.5.1 or newer, give the job \`id-token: write\` and take the secret out.`
    yield { place: value.place, sentence }
  }
}
