import { unmetDemand } from '../../checks/client-refuses-node.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { versionAfterInstall } from './manifest-ranges.ts'
import { hasNewNpm, needsNpm } from './npm-version.ts'

/**
 * The uploads that can exchange ID tokens by now. Every other one keeps its token: where the client could not be
 * replaced or raised, the next release would fail without.
 */
export function readyUploads(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter((upload) => isReady(upload, release))
}

/** The uploads that cannot, and need their tokens still. */
export function waitingUploads(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter((upload) => !isReady(upload, release))
}

function isReady(upload: TrustedUpload, release: Release): boolean {
  const { step } = upload
  // The manifest asks for the right version; that the lock file has to follow is said.
  if (versionAfterInstall(step, release) !== undefined) return true
  if (step.incapable !== undefined || unmetDemand(step) !== undefined) return false
  return release.pipeline.provider !== 'github' || !needsNpm(upload) || hasNewNpm(upload)
}
