import type { JobStep, ScriptCommand } from '../job.ts'
import { hostOf, PUBLIC } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { isCertainlyBelow } from '../steps/tool-version.ts'
import { spell } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'
import { goesOn } from './goes-on.ts'

/** F2: trusted publishing gives a token for uploads, and from npm 12.2 on for tags; for nothing else. */
export const tokenlessWrites: Check = {
  id: 'tokenless-writes',
  title: '`npm dist-tag`, `npm deprecate` and the like without a token, beside a trusted publish',
  failures: ['F2'],
  severity: 'warning',
  *find(release) {
    const told = new Set<string>()
    for (const upload of uploadsOf(release)) {
      const { job, step, registry, credentials } = upload
      if (step.ecosystem !== 'npm' || credentials !== 'trusted') continue
      if (hostOf(registry) !== hostOf(PUBLIC.npm) || hasToken(job.steps)) continue
      for (const at of job.steps) {
        for (const command of at.commands) {
          const place = spell(command.place)
          const verb = verbOf(command)
          if (verb === undefined || told.has(place) || goesOn(at, command)) continue
          if (verb === 'dist-tag' && !isBeforeTags(upload)) continue
          told.add(place)
          yield finding(command, verb, upload)
        }
      }
    }
  },
}

/** What changes something at the registry of npm and is no upload. */
function verbOf({ words, text }: ScriptCommand): string | undefined {
  const line = words.join(' ')
  const [, verb] =
    /^(?:npm|pnpm) (dist-tag(?= (?:add|rm)\b)|deprecate|access|owner|unpublish)\b/.exec(line) ?? []
  return /--registry|--dry-run/.test(text) ? undefined : verb
}

/** Someone has put a token into the job after all. */
function hasToken(steps: readonly JobStep[]): boolean {
  return steps.some(
    ({ variables, commands, inputs }) =>
      [...variables].some(([name, { value }]) => /TOKEN|AUTH/i.test(name) && isSecret(value)) ||
      [...inputs].some(([name, value]) => /npm|registry/i.test(name) && isSecret(value)) ||
      commands.some(({ text }) => /_authToken|npm login|npm-cli-login/.test(text)),
  )
}

function isSecret(value: string): boolean {
  return /\$\{\{/.test(value) && !/\b(?:secrets\.GITHUB_TOKEN|github\.token)\b/i.test(value)
}

function isBeforeTags({ step: { npm } }: TrustedUpload): boolean {
  return npm !== undefined && isCertainlyBelow(npm, '12.2.0')
}

function finding({ place, text }: ScriptCommand, verb: string, { job }: TrustedUpload): Found {
  const isTag = verb === 'dist-tag'
  return {
    place,
    message: `\`${text}\` in job "${job.id}" has no token: trusted publishing gives one for the upload only${isTag ? ', and for tags not before npm 12.2' : ''}. It ends with "npm error code E401" or with ENEEDAUTH, and the job with it.`,
    fix: isTag
      ? 'Give the tag with the upload (`npm publish --tag next`), or a token to this step alone.'
      : 'Give a token to this step alone, or do it by hand.',
  }
}
