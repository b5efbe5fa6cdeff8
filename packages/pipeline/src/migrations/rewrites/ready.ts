import { sharingIdToken } from '../../checks/gitlab-one-exchange.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, textOf } from '../../yaml/tree.ts'
import { versionAfterInstall } from './manifest-ranges.ts'
import { unmetNode } from './node-version.ts'
import { hasNewNpm, needsNpm } from './npm-version.ts'
import { runsOnOthers } from './other-runners.ts'
import { hiddenByTox } from './tox-environment.ts'

/** The uploads whose client can exchange ID tokens by now. */
export function capableUploads(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter((upload) => isCapable(upload, release))
}

/**
 * The uploads that can exchange ID tokens by now and may. Every other one keeps its token: where the client could not be
 * replaced or raised, or the job not be given leave, the next release would fail without.
 */
export function readyUploads(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter((upload) => isReady(upload, release))
}

/** The uploads that cannot, and need their tokens still. */
export function waitingUploads(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter((upload) => !isReady(upload, release))
}

/**
 * github.com/PyO3/maturin-action, src/index.ts: on Linux `publish` runs in a container of manylinux unless it is told
 * not to, and the container is given some of the environment variables only.
 */
export function runsMaturinInContainer({ step, job }: TrustedUpload): boolean {
  if (step.client !== 'maturin' || step.action === undefined) return false
  const input = (name: string) => textOf(child(step.within, 'with', name))
  const isOff = input('manylinux') === 'off' || input('container') === 'off'
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : ['']))
  const isElsewhere =
    labels.length > 0 && labels.every((label) => /^(?:macos|windows)-/.test(label))
  return input('command') === 'publish' && !isOff && !isElsewhere
}

function isReady(upload: TrustedUpload, release: Release): boolean {
  const mayAsk = release.pipeline.provider !== 'github' || upload.job.idToken.granted
  return mayAsk && isCapable(upload, release)
}

function isCapable(upload: TrustedUpload, release: Release): boolean {
  const { step, credentials } = upload
  if (runsOnOthers(upload, release)) return false
  if (credentials !== 'trusted' && sharingIdToken(upload, release).length > 0) return false
  // The manifest asks for the right version; that the lock file has to follow is said.
  if (versionAfterInstall(step, release) !== undefined) return true
  if (step.incapable !== undefined || unmetNode(step, release) !== undefined) return false
  if (runsMaturinInContainer(upload) || hiddenByTox(upload, release) !== undefined) return false
  return release.pipeline.provider !== 'github' || !needsNpm(upload) || hasNewNpm(upload)
}
