import type { JobStep, ScriptCommand } from '../job.ts'
import { withoutCommand } from '../migrations/rewrites/command-edit.ts'
import type { PublishJob } from '../model.ts'
import { hostOf, PUBLIC } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { child, spell, textOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'
import { stepOf, stepsBefore } from './step-of.ts'

/** F16: what trusted publishing gives is a token for uploads; nobody is logged in before or beside that. */
export const npmWhoami: Check = {
  id: 'npm-whoami',
  title: '`npm whoami` before a publish without a token, where nobody is logged in',
  failures: ['F16'],
  severity: 'error',
  *find(release) {
    const judged = new Set<string>()
    for (const upload of uploadsOf(release)) {
      const { step, credentials } = upload
      if (step.ecosystem !== 'npm' || (credentials !== 'trusted' && credentials !== 'none'))
        continue
      for (const [at, command] of questionsBefore(upload)) {
        // A script that is run asks more than once at one place.
        const place = spell(command.place)
        if (judged.has(place)) continue
        judged.add(place)
        const found = finding(at, command, upload.job, release)
        if (found !== undefined) yield found
      }
    }
  },
}

/** The commands that ask who is logged in, with their steps, from the start of the job to the publish. */
export function questionsBefore({
  job,
  step,
}: Pick<TrustedUpload, 'job' | 'step'>): readonly (readonly [JobStep, ScriptCommand])[] {
  const own = stepOf(job, step)
  const until = own?.commands.findIndex(({ text }) => text === step.text) ?? 0
  const before = stepsBefore(job, step).flatMap((at) =>
    at.commands.map((one) => [at, one] as const),
  )
  const beside = own?.commands.slice(0, Math.max(until, 0)).map((one) => [own, one] as const) ?? []
  return [...before, ...beside].filter(([, { words }]) => asks(words))
}

function asks(words: readonly string[]): boolean {
  const line = words.join(' ')
  const registry = /--registry[ =](\S+)/.exec(line)?.[1]
  const isOther = registry !== undefined && hostOf(registry) !== hostOf(PUBLIC.npm)
  return /^(?:npm|pnpm|yarn npm) whoami\b/.test(line) && !isOther
}

function finding(
  step: JobStep,
  command: ScriptCommand,
  { id, source }: PublishJob,
  release: Release,
): Found | undefined {
  const line = release.source(command.place.file)?.text.split('\n')[command.place.line - 1] ?? ''
  const at = line.indexOf(command.text)
  // `|| true`, `|| echo`: whoever writes that goes on without an answer.
  if (at >= 0 && /\|\|(?!.*\bexit\b)/.test(line.slice(at))) return undefined
  if (textOf(child(step.tree, 'continue-on-error')) === 'true') return undefined
  const ends =
    at >= 0 &&
    step.condition === undefined &&
    /^\s*(?:-\s+)*(?:run:\s*)?["']?(?:.*(?:&&|;)\s*)?$/.test(line.slice(0, at)) &&
    !/\b(?:if|elif|while|until)\b/.test(line.slice(0, at))
  const edits = ends ? withoutCommand(step, command.text, source, release) : undefined
  return {
    ...(!ends && { severity: 'warning' as const }),
    place: command.place,
    message: `\`${command.text}\` in job "${id}" asks who is logged in, and nobody is: trusted publishing gives a token for the upload only. It ends with "npm error code ENEEDAUTH", or with E401 where setup-node has written a placeholder${ends ? ', and nothing is published' : '; if that ends the script, nothing is published'}.`,
    fix: 'Take the question out; `trustpub publish --dry-run` shows beforehand whether the exchange works.',
    ...(edits !== undefined && { edits }),
  }
}
