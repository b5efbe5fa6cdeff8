import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'

/**
 * The uploads of which it can be told how they come by their token. At GitHub a job that may fetch one from elsewhere is
 * left to its owner as a whole; at GitLab the settings may hold one for every job.
 */
export function knownUploads(release: Release): readonly TrustedUpload[] {
  const { provider } = release.pipeline
  return uploadsOf(release).filter(
    ({ credentials }) => provider !== 'github' || credentials !== 'unknown',
  )
}
