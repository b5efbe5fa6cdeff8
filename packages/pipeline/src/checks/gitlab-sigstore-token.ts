import { provenanceMode } from '../provenance.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F35: provenance at GitLab needs an ID token of its own. */
export const gitlabSigstoreToken: Check = {
  id: 'gitlab-sigstore-token',
  title: 'npm provenance at GitLab without SIGSTORE_ID_TOKEN',
  failures: ['F35'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      const { job, step } = upload
      if (
        step.ecosystem !== 'npm' ||
        job.idToken.variables.some(({ name }) => name === 'SIGSTORE_ID_TOKEN')
      )
        continue
      const forced =
        step.args.includes('--provenance') ||
        release.manifests.npm.some(
          (manifest) =>
            step.packages.includes(manifest.directory) &&
            provenanceMode(upload, manifest, release) === 'forced',
        )
      if (!forced && upload.credentials !== 'trusted') continue
      yield {
        ...(!forced && { severity: 'note' as const }),
        place: step.place,
        message: forced
          ? "\"EUSAGE Provenance generation in GitLab CI requires 'SIGSTORE_ID_TOKEN' with 'sigstore' audience to be present in 'id_tokens'\", and nothing is published."
          : `Job "${job.id}" has no SIGSTORE_ID_TOKEN, so npm publishes without provenance and says nothing of it.`,
        fix: 'Add `SIGSTORE_ID_TOKEN: { aud: sigstore }` to the `id_tokens` of the job.',
      }
    }
  },
}
