import type { PublishJob } from '../model.ts'
import { looksPublic, provenanceMode } from '../provenance.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found, Severity } from './check.ts'
import { stepOf } from './step-of.ts'

/** Labels of GitHub's own machines (docs.github.com, "About GitHub-hosted runners"). */
const HOSTED =
  /^(?:ubuntu|windows|macos)-(?:latest|slim|[\d.]+|\d+-(?:arm|intel|large|xlarge)|latest-(?:large|xlarge|arm)|[\d.]+-(?:arm|large|xlarge|intel))$/i

/** Runners of others; their ID tokens say self-hosted. */
const OTHERS =
  /^(?:self-hosted|blacksmith-|depot-|namespace-profile-|nscloud-|buildjet-|runs-on[=,/]|ubicloud|warp-|cirun-|codebuild-|gha-runner-scale-set|arc-)/i

/** F12: npmjs.com takes provenance from GitHub's own machines only. */
export const selfHostedRunner: Check = {
  id: 'self-hosted-runner',
  title: "an npm publish with provenance on a runner that is not GitHub's own",
  failures: ['F12'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const judgedJobs = new Set<PublishJob>()
    for (const upload of uploadsOf(release)) {
      if (judgedJobs.has(upload.job)) continue
      if (upload.step.ecosystem !== 'npm' || hostOf(upload.registry) !== 'registry.npmjs.org')
        continue
      const severity = gravity(upload, release)
      const found = severity && judged(upload, severity)
      if (found === undefined) continue
      judgedJobs.add(upload.job)
      yield found
    }
  },
}

/** The label of a runner of others, where every row of a job runs on one. */
export function runnerOfOthers({ runners }: PublishJob): string | undefined {
  const labels = runners.map((runner) =>
    runner.known ? runner.value?.find((label) => OTHERS.test(label)) : undefined,
  )
  return labels.every((label) => label !== undefined) ? labels[0] : undefined
}

/** An error where provenance is certainly made; else it may be, or the registry's rule may change. */
function gravity(upload: TrustedUpload, release: Release): Severity | undefined {
  const manifests = release.manifests.npm.filter(({ directory }) =>
    upload.step.packages.includes(directory),
  )
  const modes = manifests.map((one) => [provenanceMode(upload, one, release), one] as const)
  const isMade = modes.some(
    ([mode, one]) => mode === 'forced' || (mode === 'automatic' && looksPublic(one, release)),
  )
  if (isMade) return 'error'
  return upload.credentials === 'trusted' ? 'warning' : undefined
}

function judged({ job, step }: TrustedUpload, severity: Severity): Found | undefined {
  const at = stepOf(job, step)
  const { place } = job.source.job
  const runners = job.runners.map((runner) =>
    runner.known ? { labels: runner.value ?? [] } : chosenIn(runner.expression),
  )
  const others = runners.filter(({ labels }) => labels.some((label) => OTHERS.test(label)))
  const [other] = others.flatMap(({ labels }) => labels.filter((label) => OTHERS.test(label)))
  if (other !== undefined) {
    // Some row of a matrix may publish nothing.
    const isEveryRow = at?.condition === undefined && at?.inAction === undefined
    const every = others.length === runners.length || isEveryRow
    return {
      severity: every ? severity : 'warning',
      place,
      message:
        severity === 'error'
          ? `Job "${job.id}" runs on "${other}", and its ID token says self-hosted. npmjs.com refuses what \`${step.text}\` uploads with provenance: "Unsupported GitHub Actions runner environment: "self-hosted". Only "github-hosted" runners are supported when publishing with provenance."`
          : `Job "${job.id}" runs on "${other}", and its ID token says self-hosted. npmjs.com supports trusted publishing from GitHub's own machines, and refuses provenance from all others, which npm makes by itself if repository and package are public.`,
      fix: 'Run the job that publishes on a runner of GitHub, e.g. `ubuntu-latest`; what builds may run elsewhere and hand over an artifact. Or switch provenance off (`--provenance=false`).',
    }
  }
  const open = runners.find(({ labels }) => labels.some((label) => !HOSTED.test(label)))
  if (open === undefined) return undefined
  return {
    severity: 'note',
    place,
    message: `Whether "${open.labels.find((label) => !HOSTED.test(label))}" is a machine of GitHub's own cannot be told from the file; from any other npmjs.com refuses an upload with provenance.`,
    fix: 'Use a runner of GitHub, e.g. `ubuntu-latest`, for the job that publishes.',
  }
}

/** `github.repository == 'acme/widget' && 'label' || 'ubuntu-latest'`: releases come from the repository that is named. */
function chosenIn(expression: string): { readonly labels: readonly string[] } {
  const chosen =
    /github\.repository(?:_owner)?\s*==\s*'[^']*'\s*&&\s*'([^']+)'\s*\|\|\s*'[^']+'/.exec(
      expression,
    )
  return { labels: [chosen?.[1] ?? expression] }
}
