import { hostOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found } from './check.ts'

/** Labels of GitHub's own machines (docs.github.com, "About GitHub-hosted runners"). */
const HOSTED =
  /^(?:ubuntu|windows|macos)-(?:latest|slim|[\d.]+|\d+-(?:arm|intel|large|xlarge)|latest-(?:large|xlarge|arm)|[\d.]+-(?:arm|large|xlarge|intel))$/i

/** Runners of others; their ID tokens say self-hosted. */
const OTHERS =
  /^(?:self-hosted|blacksmith-|depot-|namespace-profile-|nscloud-|buildjet-|runs-on[=,/]|ubicloud|warp-|cirun-|codebuild-|gha-runner-scale-set|arc-)/i

/** F12: npmjs.com takes provenance, and trusted publishing, from GitHub's own machines only. */
export const selfHostedRunner: Check = {
  id: 'self-hosted-runner',
  title: "an npm publish with ID tokens on a runner that is not GitHub's own",
  failures: ['F12'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) {
      if (hostOf(upload.registry) !== 'registry.npmjs.org') continue
      if (upload.credentials === 'token' || upload.credentials === 'unknown') continue
      const found = judged(upload)
      if (found !== undefined) yield found
    }
  },
}

function judged({ job, step, credentials }: TrustedUpload): Found | undefined {
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : []))
  const open = job.runners.find((runner) => !runner.known)
  const place = job.source.job.place
  const other = labels.find((label) => OTHERS.test(label))
  if (other !== undefined) {
    return {
      ...(credentials === 'both' && { severity: 'warning' as const }),
      place,
      message: `Job "${job.id}" runs on "${other}", and its ID token says self-hosted. npmjs.com refuses \`${step.text}\` from there: "Unsupported GitHub Actions runner environment: "self-hosted". Only "github-hosted" runners are supported".`,
      fix: 'Run the job that publishes on a runner of GitHub, e.g. `ubuntu-latest`; what builds may run elsewhere and hand over an artifact.',
    }
  }
  const custom = labels.find((label) => !HOSTED.test(label))
  if (custom === undefined && open === undefined) return undefined
  const written = open !== undefined && !open.known ? open.expression : custom
  return {
    severity: 'note',
    place,
    message: `Whether "${written}" is a machine of GitHub's own cannot be told from the file; from any other npmjs.com refuses the upload.`,
    fix: 'Use a runner of GitHub, e.g. `ubuntu-latest`, for the job that publishes.',
  }
}
