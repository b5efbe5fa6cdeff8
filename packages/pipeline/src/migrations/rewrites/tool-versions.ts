import type { Edit } from '../../edits/edit.ts'
import { jsonTextAt } from '../../edits/json-edits.ts'
import { replacePart } from '../../edits/yaml-edits.ts'
import type { ToolVersion } from '../../job.ts'
import type { ClientId, PublishStep } from '../../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { isCertainlyBelow, rangeOf } from '../../steps/tool-version.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, scriptOf } from './command-edit.ts'
import { replaceOnLine } from './npm-version.ts'

/** The first version of a tool that can exchange ID tokens, and what is written for it. */
interface Raise {
  readonly since: string
  /** In package.json. */
  readonly range: string
  /** Behind `@` on a command line, or in `packageManager`. */
  readonly exact: string
}

const RAISES: Partial<Readonly<Record<ClientId, Raise>>> = {
  'semantic-release': { since: '25.0.0', range: '^25.0.0', exact: '25' },
  lerna: { since: '9.0.0', range: '^9.0.0', exact: '9' },
  np: { since: '12.0.0', range: '^12.0.0', exact: '12' },
  yarn: { since: '4.10.0', range: '^4.10.0', exact: '4.18.1' },
  twine: { since: '6.1.0', range: '>=6.1', exact: '6.1.0' },
}

/** Packages that come with a tool and have to keep step with it. */
const PLUGINS: Readonly<Record<string, Raise>> = {
  '@semantic-release/npm': { since: '13.0.0', range: '^13.0.0', exact: '13' },
}

const LOCKS: readonly (readonly [file: string, command: string])[] = [
  ['package-lock.json', 'npm install'],
  ['pnpm-lock.yaml', 'pnpm install'],
  ['yarn.lock', 'yarn install'],
  ['bun.lock', 'bun install'],
]

/** Tools in versions that can exchange ID tokens. */
export const toolVersions: Rewrite = {
  id: 'tool-versions',
  title:
    'Raises semantic-release, lerna, np, yarn and twine to versions that can exchange ID tokens.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      const { client, clientVersion } = upload.step
      const raise = RAISES[client]
      if (raise === undefined || upload.step.action !== undefined) continue
      if (clientVersion !== undefined && isCertainlyBelow(clientVersion, raise.since)) {
        yield* raised(upload, raise, clientVersion, release)
      }
      if (client === 'semantic-release') yield* plugins(release)
    }
  },
}

function* raised(
  upload: TrustedUpload,
  raise: Raise,
  version: ToolVersion,
  release: Release,
): Iterable<Outcome> {
  const { step } = upload
  const edits = editsFor(upload, raise, version, release)
  if (edits === undefined) {
    yield {
      place: step.place,
      sentence: `Raise ${step.client} ${version.written} to ${raise.range} by hand: older ones cannot exchange ID tokens.`,
    }
    return
  }
  if (edits.length === 0) {
    yield* lockStale(step.client, release)
    return
  }
  yield {
    place: step.place,
    sentence: `${step.client} is raised from ${version.written}: ${raise.since} is the first that can exchange ID tokens.`,
    edits,
  }
}

/** Undefined if it cannot be edited; none if only the lock file is behind. */
function editsFor(
  upload: TrustedUpload,
  raise: Raise,
  { from, written, place }: ToolVersion,
  release: Release,
): readonly Edit[] | undefined {
  const { step, job } = upload
  if (from === 'command') {
    return commandEdit(
      upload,
      step.text.replace(`${step.client}@${written}`, `${step.client}@${raise.exact}`),
      release,
    )
  }
  if (from === 'manifest' || from === 'lock') return manifestEdits(step.client, raise, release)
  const source = place && release.source(place.file)
  if (source === undefined || place === undefined) return undefined
  if (from === 'file') {
    const found = jsonTextAt(source, [], 'packageManager')
    return (
      found && [
        {
          file: source.file,
          start: found.start,
          end: found.end,
          text: JSON.stringify(`${step.client}@${raise.exact}`),
        },
      ]
    )
  }
  if (from !== 'install') {
    const edit = replaceOnLine(source, place.line, written, raise.exact)
    return edit && [edit]
  }
  const installed = job.steps.find(({ commands }) =>
    commands.some((command) => command.place.line === place.line),
  )
  const command = installed?.commands.find((one) => one.place.line === place.line)
  const run = installed && scriptOf(installed.tree)
  const text = command?.text.replace(
    new RegExp(`\\b${step.client}(?:==|@|~=|<=?)[^\\s'",]+`),
    step.client === 'twine' ? "'twine>=6.1'" : `${step.client}@${raise.exact}`,
  )
  if (run === undefined || command === undefined || text === undefined) return undefined
  const edit = replacePart(source, run, command.text, text)
  return edit && [edit]
}

/** Tells whether the manifest asks for a version that can, and only the lock file holds another. */
export function isLockBehind(step: PublishStep, release: Release): boolean {
  const raise = RAISES[step.client]
  if (raise === undefined || step.clientVersion?.from !== 'lock') return false
  if (!isCertainlyBelow(step.clientVersion, raise.since)) return false
  return manifestEdits(step.client, raise, release)?.length === 0
}

function manifestEdits(name: string, raise: Raise, release: Release): readonly Edit[] | undefined {
  const source = release.source('package.json')
  if (source === undefined) return undefined
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const found = jsonTextAt(source, [kind], name)
    if (found === undefined) continue
    if (!isCertainlyBelow({ range: rangeOf(found.value) }, raise.since)) return []
    return [
      { file: source.file, start: found.start, end: found.end, text: JSON.stringify(raise.range) },
    ]
  }
  return undefined
}

function* plugins(release: Release): Iterable<Outcome> {
  for (const [name, raise] of Object.entries(PLUGINS)) {
    const edits = manifestEdits(name, raise, release)
    if (edits === undefined || edits.length === 0) continue
    yield {
      place: { file: 'package.json', line: 1, column: 1 },
      sentence: `${name} is raised with semantic-release.`,
      edits,
    }
  }
}

/** npm ci and its like refuse a manifest that the lock file does not know. */
function* lockStale(name: string, release: Release): Iterable<Outcome> {
  for (const [file, command] of LOCKS) {
    if (release.source(file) === undefined) continue
    yield {
      place: { file, line: 1, column: 1 },
      sentence: `Run \`${command}\` before you commit: ${file} still holds the old ${name}, and the CI installs what it says.`,
    }
  }
}
