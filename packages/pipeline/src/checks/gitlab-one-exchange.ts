import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F42: a job at GitLab has one ID token for each audience, and PyPI takes it once. */
export const gitlabOneExchange: Check = {
  id: 'gitlab-one-exchange',
  title:
    'several uploads to one Python index in a GitLab job, each of which exchanges its ID token',
  failures: ['F42'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const [first] = sharingIdToken(upload, release)
      if (first === undefined || first.step === upload.step) continue
      if ([first, upload].some(({ credentials }) => credentials !== 'trusted')) continue
      const certain = [first, upload].every(isUnconditional)
      yield {
        ...(!certain && { severity: 'warning' as const }),
        place: upload.step.place,
        message: `Job "${upload.job.id}" has one ID token, which \`${first.step.text}\` exchanges${certain ? '' : ', where it runs'}. PyPI takes each once: this upload ends with "invalid-reuse-token: invalid token: already used", and the release stops half way.`,
        fix: 'Name all files in one command, or upload the rest in a job of its own.',
      }
    }
  },
}

/** The uploads of a job to the same Python index, where there are several that one ID token has to do for. */
export function sharingIdToken(
  { job, step, registry }: TrustedUpload,
  release: Release,
): readonly TrustedUpload[] {
  if (release.pipeline.provider !== 'gitlab' || step.ecosystem !== 'pypi') return []
  const found = uploadsOf(release).filter(
    (other) =>
      other.job === job &&
      other.step.ecosystem === 'pypi' &&
      hostOf(other.registry) === hostOf(registry),
  )
  return found.length > 1 ? found : []
}

/** Not one of two ways that a script goes. */
function isUnconditional({ step }: TrustedUpload): boolean {
  return !/\b(?:if|else|case|while|until)\b|\|\|/.test(textOf(step.within) ?? '')
}
