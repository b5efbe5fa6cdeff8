import type { Edit, SourceFile } from '../../edits/edit.ts'
import { type Release, uploadsOf } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandsWithToken, NO_TOKEN, otherVerb } from './consumers.ts'
import { privatePackages } from './private-packages.ts'
import { waitingUploads } from './ready.ts'
import { yarnTokens } from './yarn-settings.ts'

/** A line of a committed `.npmrc` with a token for npmjs.com. */
const NPMRC = /^[ \t]*\/\/registry\.npmjs\.org\/?:_authToken[ \t]*=.*(?:\r?\n|$)/gm

/** Tokens in files that are committed beside a package or at the root. */
export const tokenFiles: Rewrite = {
  id: 'token-files',
  title: 'Takes tokens for npmjs.com out of a committed .npmrc or .yarnrc.yml.',
  *rewrite(release) {
    const uploads = uploadsOf(release).filter(({ step }) => step.ecosystem === 'npm')
    if (uploads.length === 0) return
    const directories = new Set([
      '.',
      ...uploads.flatMap(({ step }) => [step.directory, ...step.packages]),
    ])
    for (const directory of directories) {
      const at = directory === '.' ? '' : `${directory}/`
      const npmrc = release.source(`${at}.npmrc`)
      if (npmrc !== undefined) yield* withoutTokens(npmrc, linesOf(npmrc), release)
      const yarnrc = release.source(`${at}.yarnrc.yml`)
      if (yarnrc !== undefined) yield* withoutTokens(yarnrc, yarnTokens(yarnrc), release)
    }
  },
}

function linesOf({ file, text }: SourceFile): readonly Edit[] {
  return [...text.matchAll(NPMRC)].map(({ index, 0: line }) => ({
    file,
    start: index,
    end: index + line.length,
    text: '',
  }))
}

function* withoutTokens(
  { file, text }: SourceFile,
  edits: readonly Edit[],
  release: Release,
): Iterable<Outcome> {
  const [first] = edits
  if (first === undefined) return
  const place = { file, line: text.slice(0, first.start).split('\n').length, column: 1 }
  const gone = edits.map(({ start, end }) => text.slice(start, end)).join('')
  const why = whyKept(gone, release)
  if (why !== undefined) {
    yield { place, sentence: `The token in ${file} stays: ${why}.` }
    return
  }
  const blocks = file.endsWith('.npmrc')
    ? 'npm 11 takes an empty token from it instead of the exchanged one'
    : 'yarn never exchanges an ID token while it is set'
  yield { place, sentence: `${file} names no token for npmjs.com: ${blocks}.`, edits }
}

function whyKept(lines: string, release: Release): string | undefined {
  const waiting = waitingUploads(release).find(({ step }) => step.ecosystem === 'npm')
  if (waiting !== undefined) return `\`${waiting.step.text}\` needs it still`
  const reader = 'Move it to the step that installs, with a token that may only read'
  const secret = privatePackages(release)
  if (secret !== undefined) return `${secret}. ${reader}`
  const { jobs, otherJobs } = release.pipeline
  const steps = [...jobs, ...otherJobs].flatMap((job) => job.steps)
  const verb = otherVerb(steps)
  if (verb !== undefined) return `\`${verb.text}\` needs it, ${NO_TOKEN}`
  const names = [...lines.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
  const publishing = new Set(jobs.flatMap(({ publishes }) => publishes.map(({ within }) => within)))
  const install = commandsWithToken(
    steps.filter(({ tree }) => !publishing.has(tree)),
    names,
  )[0]
  return install && `\`${install.text}\` is given one, maybe for private packages. ${reader}`
}
