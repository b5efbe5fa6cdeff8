import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit } from './command-edit.ts'

/** The tarball that bun packs, with the versions of workspaces in place. */
const TARBALL = 'package.tgz'

/** npm in the place of clients that have no trusted publishing. */
export const npmClient: Rewrite = {
  id: 'npm-client',
  title: 'Publishes with npm in the place of Yarn 1 and bun, which have no trusted publishing.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      const { client } = upload.step
      if (client === 'yarn-classic' || client === 'bun') yield* replaced(upload, release)
    }
  },
}

function* replaced(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step } = upload
  const text = step.client === 'bun' ? ofBun(upload, release) : ofYarn(step.text)
  const edits = text === undefined ? undefined : commandEdit(upload, text, release)
  if (text === undefined || edits === undefined) {
    const sentence = `\`${step.text}\` stays: ${step.client === 'bun' ? 'bun' : 'Yarn 1'} cannot exchange ID tokens, and the command is not one that can be replaced here. Publish with \`npm publish\`.`
    yield { place: step.place, sentence }
    return
  }
  const why = step.client === 'bun' ? 'bun' : 'Yarn 1'
  yield {
    place: step.place,
    sentence: `\`${text}\` in the place of \`${step.text}\`: ${why} cannot exchange ID tokens.`,
    edits,
  }
}

/** Yarn sets a version while it publishes; npm does not. */
function ofYarn(text: string): string | undefined {
  if (/--new-version|--(?:patch|minor|major|pre\w+)\b/.test(text)) return undefined
  const flags = text.replace(
    /\s+--(?:non-interactive|no-git-tag-version|no-commit-hooks|silent|verbose)\b/g,
    '',
  )
  const replaced = flags.replace(
    /\b(?:npx\s+)?yarn(?:pkg)?(?:@1[\d.]*)?\s+publish\b/,
    'npm publish',
  )
  return replaced.includes('npm publish') ? replaced : undefined
}

function ofBun({ step }: TrustedUpload, release: Release): string | undefined {
  if (!/\bbun(?:x)? publish\b/.test(step.text)) return undefined
  const flags = step.text.replace(/\s+--(?:ignore-scripts|frozen-lockfile|gzip-level=\d)\b/g, '')
  if (!usesProtocols(step, release)) return flags.replace(/\bbun publish\b/, 'npm publish')
  if (/&&|;/.test(step.text)) return undefined
  const rest = flags.replace(/^.*\bbun publish\b/, '')
  return `bun pm pack --filename ${TARBALL} && npm publish ./${TARBALL}${rest}`
}

/** Versions that only bun puts in while it packs. */
function usesProtocols(
  { packages }: TrustedUpload['step'],
  { manifests, source }: Release,
): boolean {
  return manifests.npm
    .filter(({ directory }) => packages.includes(directory))
    .some(({ file }) => /":\s*"(?:workspace|catalog):/.test(source(file)?.text ?? ''))
}
