import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { runsOnOthers } from './other-runners.ts'

/**
 * The uploads of which it can be told how they come by their token. At GitHub a job that may fetch one from elsewhere is
 * left to its owner as a whole, and so is one on a runner that npmjs.com does not take; at GitLab the settings may hold one for every job.
 */
export function knownUploads(release: Release): readonly TrustedUpload[] {
  const { provider } = release.pipeline
  return uploadsOf(release).filter(
    (upload) =>
      provider !== 'github' || (upload.credentials !== 'unknown' && !runsOnOthers(upload, release)),
  )
}
