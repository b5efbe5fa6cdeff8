import { provenanceAsked } from '../provenance.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { flagValue, parseOptions } from '../steps/options.ts'
import { isCertainlyBelow } from '../steps/tool-version.ts'
import type { Check, Found } from './check.ts'

/** F3, F13: provenance is demanded where it cannot be made; then nothing is published, whatever token there is. */
export const forcedProvenance: Check = {
  id: 'forced-provenance',
  title: 'provenance that is demanded where it cannot be made, or is refused',
  failures: ['F3', 'F13'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.ecosystem !== 'npm' || !MAKES_IT.has(upload.step.client)) continue
      if (hostOf(upload.registry) !== 'registry.npmjs.org') continue
      const demanding = release.manifests.npm.find(
        (manifest) =>
          upload.step.packages.includes(manifest.directory) &&
          provenanceAsked(upload, manifest, release).wanted,
      )
      if (demanding !== undefined) yield* judged(upload, demanding, release)
    }
  },
}

/** npm, and what publishes through it. */
const MAKES_IT: ReadonlySet<string> = new Set(
  'npm pnpm changesets semantic-release lerna nx release-it np'.split(' '),
)

function* judged(upload: TrustedUpload, manifest: NpmManifest, release: Release): Iterable<Found> {
  const { job, step, credentials } = upload
  const atGithub = release.pipeline.provider === 'github'
  // Before 9.5, which Node 18 came with, npm does not know the flag.
  const knowsIt = step.node === undefined || !isCertainlyBelow(step.node, '18.0.0')
  if (atGithub && !job.idToken.granted) {
    // Without a token either, the missing permission is the finding.
    if (credentials === 'none' || !knowsIt) return
    yield {
      place: step.place,
      message: `\`${step.text}\` is to make provenance, and job "${job.id}" may not ask for an ID token: "npm error code EUSAGE … Provenance generation in GitHub Actions requires "write" access to the "id-token" permission". Nothing is published. ${job.idToken.reason}`,
      fix: 'Give the job `id-token: write`, or do not ask for provenance.',
    }
    return
  }
  if (isRestricted(upload, manifest)) {
    yield {
      severity: 'warning',
      place: step.place,
      message: `${manifest.name} is published with restricted access, and provenance is for public packages: "npm error code EUSAGE … Can't generate provenance for new or private package, you must set \`access\` to public."`,
      fix: 'Set `access` to public, or do not ask for provenance.',
    }
  } else if (isClosed(manifest, release)) {
    yield {
      severity: 'warning',
      place: step.place,
      message: `\`${step.text}\` is to make provenance, which npmjs.com takes from public repositories only. If this one is private, as its licence suggests, the release of job "${job.id}" ends with "npm error code E422".`,
      fix: 'Do not ask for provenance as long as the repository is private.',
    }
  }
}

function isRestricted({ step }: TrustedUpload, { publishConfig }: NpmManifest): boolean {
  const flag = flagValue(parseOptions(step.args, new Set(['--access'])), '--access')
  return (flag ?? publishConfig.get('access')) === 'restricted'
}

function isClosed({ file }: NpmManifest, release: Release): boolean {
  return /"license"\s*:\s*"UNLICENSED"/i.test(release.source(file)?.text ?? '')
}
