import type { Edit, SourceFile } from '../../edits/edit.ts'
import { type Release, uploadsOf } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { privatePackages } from './private-packages.ts'
import { waitingUploads } from './ready.ts'

/** A line of a committed `.npmrc` with a token for npmjs.com. */
const NPMRC = /^[ \t]*\/\/registry\.npmjs\.org\/?:_authToken[ \t]*=.*(?:\r?\n|$)/gm

/** The token of a committed `.yarnrc.yml`, at its top level. */
const YARNRC = /^npmAuthToken[ \t]*:.*(?:\r?\n|$)/gm

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
      yield* withoutLines(`${at}.npmrc`, NPMRC, release)
      yield* withoutLines(`${at}.yarnrc.yml`, YARNRC, release)
    }
  },
}

function* withoutLines(file: string, pattern: RegExp, release: Release): Iterable<Outcome> {
  const source = release.source(file)
  const found = source === undefined ? [] : [...source.text.matchAll(pattern)]
  if (source === undefined || found.length === 0) return
  const place = { file, line: lineOf(source, found[0]?.index ?? 0), column: 1 }
  const why = privatePackages(release)
  if (why !== undefined) {
    const sentence = `The token in ${file} stays: ${why}. Move it to the step that installs, with a token that may only read.`
    yield { place, sentence }
    return
  }
  const waiting = waitingUploads(release).find(({ step }) => step.ecosystem === 'npm')
  if (waiting !== undefined) {
    yield {
      place,
      sentence: `The token in ${file} stays: \`${waiting.step.text}\` needs it still.`,
    }
    return
  }
  const edits = found.map(
    ({ index, 0: line }): Edit => ({ file, start: index, end: index + line.length, text: '' }),
  )
  const blocks = file.endsWith('.npmrc')
    ? 'npm 11 takes an empty token from it instead of the exchanged one'
    : 'yarn never exchanges an ID token while it is set'
  yield { place, sentence: `${file} names no token for npmjs.com: ${blocks}.`, edits }
}

function lineOf({ text }: SourceFile, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
