import type { SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys, replaceText } from '../../edits/yaml-edits.ts'
import type { PublishStep } from '../../model.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { readyUploads } from './ready.ts'
import { withoutTokens } from './token-flags.ts'

/** Inputs that go with a token and mean nothing without it. */
const COMPANIONS: readonly string[] = ['user', 'username']

/** Stored tokens that an action takes as inputs: `password:`, `token:`. */
export const tokenInputs: Rewrite = {
  id: 'token-inputs',
  title: 'Takes stored tokens out of the inputs of actions that can do without.',
  *rewrite(release) {
    for (const upload of readyUploads(release)) {
      if (upload.step.action !== undefined) yield* removed(upload, release)
    }
  },
}

function* removed({ step }: TrustedUpload, release: Release): Iterable<Outcome> {
  const inputs = child(step.within, 'with')
  const source = release.source(step.place.file)
  const handed = step.storedSecrets.flatMap(({ by, as }) => (by === 'input' && as ? [as] : []))
  if (handed.includes('args') && source !== undefined) yield* fromArguments(step, source)
  const tokens = handed.filter((name) => name !== 'args')
  if (inputs === undefined || source === undefined || tokens.length === 0) return
  const beside = entriesOf(inputs)
    .map(([name]) => name)
    .filter((name) => COMPANIONS.includes(name))
  const gone = [...new Set([...tokens, ...beside])]
  const edits = isEmptiedBy(inputs, gone)
    ? removeKeys(source, step.within, ['with'])
    : removeKeys(source, inputs, gone)
  const what = gone.map((name) => `\`${name}\``).join(' and ')
  if (edits === undefined) {
    yield {
      place: inputs.place,
      sentence: `Take ${what} out by hand: it is written in a way that is not edited here.`,
    }
    return
  }
  yield {
    place: inputs.place,
    sentence: `${step.action?.name} gets no ${what}: it exchanges an ID token.`,
    edits,
  }
}

/** `args:` of maturin-action holds more than the token. */
function* fromArguments({ within, client }: PublishStep, source: SourceFile): Iterable<Outcome> {
  const args = child(within, 'with', 'args')
  const written = textOf(args)
  if (args === undefined || written === undefined) return
  const text = withoutTokens(written, client)
  const edit = text === written ? undefined : replaceText(source, args, text)
  yield edit === undefined
    ? { place: args.place, sentence: 'Take the token out of `args` by hand.' }
    : { place: args.place, sentence: '`args` hands over no token.', edits: [edit] }
}
