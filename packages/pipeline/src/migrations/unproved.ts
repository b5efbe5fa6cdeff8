import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { exchangesByHand } from '../steps/exchange.ts'
import type { Left } from './migration.ts'

/** Jobs of GitHub that may fetch their token from elsewhere, as they were before the migration: left to their owners. */
export function unproved(release: Release): readonly Left[] {
  if (release.pipeline.provider !== 'github') return []
  return uploadsOf(release)
    .filter(({ credentials }) => credentials === 'unknown')
    .map(left)
}

function left({ job, step }: TrustedUpload): Left {
  const sentence = job.steps.some(exchangesByHand)
    ? `Job "${job.id}" is not changed: it exchanges the ID token itself, and \`${step.text}\` takes what that yields. gh-action-pypi-publish, twine 6.1 and \`uv publish --trusted-publishing always\` exchange by themselves, and say why if it fails.`
    : `Job "${job.id}" is not changed: where \`${step.text}\` has its token from cannot be told from the repository. If it needs none any more, give the job \`id-token: write\` and take out what fetches it.`
  return { place: step.place, sentence }
}
