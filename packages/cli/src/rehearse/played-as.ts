import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientId, PublishStep } from '@trustpub/pipeline'

/** Tools that decide what to release, and leave the upload of each package to npm, or to pnpm where that is used. */
const DECIDING: ReadonlySet<ClientId> = new Set<ClientId>([
  'changesets',
  'lerna',
  'np',
  'nx',
  'release-it',
  'rush',
  'auto',
  'semantic-release',
])

const AS_TWINE =
  'pdm was played as `twine upload` of what was built: both exchange the ID token and upload in the same way.'

/** A step as it is played, with a sentence if that is not as it is written. */
export interface PlayedStep {
  readonly step: PublishStep
  readonly note?: string
}

/**
 * The uploads that a step comes down to: itself, or one for each package where a tool decides what to release. Which
 * versions there are to release depends on the history, which a rehearsal does not have; so every package is.
 * @param root the copy of the repository
 */
export function playedAs(step: PublishStep, root: string): readonly PlayedStep[] {
  if (step.incapable !== undefined) return [{ step }]
  if (step.client === 'pdm')
    return [{ step: { ...step, client: 'twine', args: [] }, note: AS_TWINE }]
  if (!DECIDING.has(step.client)) return [{ step }]
  const client = existsSync(join(root, 'pnpm-workspace.yaml')) ? 'pnpm' : 'npm'
  const note = `${step.client} was played as \`${client} publish\`, which it leaves the upload to; what it would release depends on the history.`
  return step.packages.map((directory) => ({
    step: {
      ...step,
      client,
      args: [],
      directory,
      packages: [directory],
      // It computes the version, and writes it before the upload.
      ...(step.client === 'semantic-release' && { setsVersion: true }),
    },
    note,
  }))
}
