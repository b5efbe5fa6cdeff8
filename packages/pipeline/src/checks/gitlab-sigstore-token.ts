import { provenanceAsked } from '../provenance.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
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
      const { job, step, credentials } = upload
      const has = job.idToken.variables.some(({ name }) => name === 'SIGSTORE_ID_TOKEN')
      if (step.ecosystem !== 'npm' || has) continue
      const { wanted, refused } = asked(upload, release)
      if (!wanted && (refused || credentials !== 'trusted')) continue
      yield {
        ...(!wanted && { severity: 'note' as const }),
        place: step.place,
        message: wanted
          ? "\"EUSAGE Provenance generation in GitLab CI requires 'SIGSTORE_ID_TOKEN' with 'sigstore' audience to be present in 'id_tokens'\", and nothing is published."
          : `Job "${job.id}" has no SIGSTORE_ID_TOKEN, so the package goes out without provenance, and nothing says so.`,
        fix: 'Add `SIGSTORE_ID_TOKEN: { aud: sigstore }` to the `id_tokens` of the job.',
      }
    }
  },
}

/** Whether any of the packages is to have provenance, and whether none may. */
function asked(
  upload: TrustedUpload,
  release: Release,
): { readonly wanted: boolean; readonly refused: boolean } {
  const answers = release.manifests.npm
    .filter(({ directory }) => upload.step.packages.includes(directory))
    .map((manifest) => provenanceAsked(upload, manifest, release))
  return {
    wanted:
      answers.some(({ wanted }) => wanted) ||
      (answers.length === 0 && upload.step.args.includes('--provenance')),
    refused: answers.length > 0 && answers.every(({ refused }) => refused),
  }
}
