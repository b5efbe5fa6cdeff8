import type { Edit, SourceFile } from '../../edits/edit.ts'
import { jsonTextAt } from '../../edits/json-edits.ts'
import { replacePart } from '../../edits/yaml-edits.ts'
import type { ScriptCommand, ToolVersion } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { isCertainlyAtLeast } from '../../steps/tool-version.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, inScripts, scriptOf } from './command-edit.ts'
import { knownUploads } from './known.ts'
import { locksOf, rangeEdits, versionAfterInstall } from './manifest-ranges.ts'
import { whyNotRaised } from './node-version.ts'
import { isOfOldPython } from './python-client.ts'
import { PLUGINS, type Raise, raiseOf, toolOf } from './raises.ts'
import { replaceOnLine } from './set-up-node.ts'

/** Tools in versions that can exchange ID tokens. */
export const toolVersions: Rewrite = {
  id: 'tool-versions',
  title:
    'Raises semantic-release, lerna, np, yarn, pnpm and twine to versions that can exchange ID tokens.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      const { step } = upload
      if (step.action !== undefined && step.client !== 'pnpm') continue
      // There is no newer one for this Python.
      if (isOfOldPython(step)) continue
      const raise = raiseOf(step)
      if (raise !== undefined && step.clientVersion !== undefined) {
        yield* raised(upload, raise, step.clientVersion, release)
      }
      yield* plugins(step, release)
      if (step.client === 'yarn') yield* oldYarnLock(step, release)
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
  const { place } = step
  const client = toolOf(step)
  if (versionAfterInstall(step, release) !== undefined) {
    for (const { file, command } of locksOf(release)) {
      const sentence = `Run \`${command}\` before you commit: ${file} still holds the old ${client}, and the CI installs what it says.`
      yield { place: { file, line: 1, column: 1 }, sentence }
    }
    return
  }
  const why = whyNotRaised(upload, release)
  if (why !== undefined) {
    const sentence = `${client} ${version.written} stays, and its token with it: ${raise.why}, but ${why}. Set up Node 24 there, and run this again.`
    yield { place: step.node?.place ?? place, sentence }
    return
  }
  const edits = editsFor(upload, raise, version, release)
  if (edits === undefined) {
    yield { place: version.place ?? place, sentence: byHand(client, version, raise) }
    return
  }
  const [lock] = locksOf(release)
  const isInManifest =
    edits.some(({ file }) => file.endsWith('package.json')) && version.from !== 'lock'
  const after =
    isInManifest && lock !== undefined
      ? ` Run \`${lock.command}\`, and commit what it changes in ${lock.file}.`
      : ''
  const sentence = `${client} is raised from ${version.written}: ${raise.why}.${after}`
  yield { place, sentence, edits }
}

function byHand(client: string, { written, place }: ToolVersion, raise: Raise): string {
  return place?.file === '.yarnrc.yml'
    ? `Run \`yarn set version ${raise.exact}\` and then this again: \`yarnPath\` starts Yarn ${written}, whatever else is installed, and ${raise.why}. Until then the token stays.`
    : `Raise ${client} ${written} to ${raise.range} by hand: ${raise.why}.`
}

/** Undefined if it cannot be edited. */
function editsFor(
  upload: TrustedUpload,
  raise: Raise,
  { from, written, place }: ToolVersion,
  release: Release,
): readonly Edit[] | undefined {
  const { step, job } = upload
  const client = toolOf(step)
  if (from === 'command') {
    // `npx lerna@8` and `uvx twine@5`, but `pipx run twine==5`.
    const asked = ['@', '=='].map((sign) => client + sign)
    const start = asked.find((one) => step.text.includes(one + written))
    if (start === undefined) return undefined
    return commandEdit(upload, step.text.replace(start + written, start + raise.exact), release)
  }
  if (from === 'manifest' || from === 'lock') {
    return step.ecosystem === 'npm' ? rangeEdits(client, raise, release, step.directory) : undefined
  }
  const source = place && release.source(place.file)
  if (source === undefined || place === undefined) return undefined
  if (from === 'file') {
    const found = jsonTextAt(source, [], 'packageManager')
    const text = JSON.stringify(`${client}@${raise.exact}`)
    return found && [{ file: source.file, start: found.start, end: found.end, text }]
  }
  if (from !== 'install') {
    const edit =
      from === 'requirements'
        ? inRequirements(source, place.line, client, raise)
        : replaceOnLine(source, place.line, written, raise.exact)
    return edit && [edit]
  }
  const pin = pinOf(client)
  const isHere = ({ place: { file, line }, text }: ScriptCommand): boolean =>
    file === place.file && line === place.line && pin.test(text)
  const installed = job.steps.find(({ commands }) => commands.some(isHere))
  const command = installed?.commands.find(isHere)
  const run = installed && scriptOf(installed.tree)
  if (installed === undefined || run === undefined || command === undefined) return undefined
  const [asked = ''] = pin.exec(command.text) ?? []
  const edit = command.nested
    ? inScripts(asked, newPin(asked, client, raise), installed, release)
    : replacePart(source, run, command.text, withPin(command.text, client, raise))
  return edit && [edit]
}

/** `twine==5.1.1`, `twine<6`, `lerna@8`. */
function pinOf(client: string): RegExp {
  return new RegExp(`(?<![\\w-])${client}(?:==|@|~=|<=?)[^\\s'",;]+`)
}

/** What is pinned to a version stays so; what has a ceiling gets a floor. */
function newPin(asked: string, client: string, { exact, range }: Raise): string {
  if (/^[\w-]+(?:==|@)/.test(asked)) return asked.replace(/(==|@).*/, `$1${exact}`)
  return client + range
}

function withPin(text: string, client: string, raise: Raise): string {
  return text.replace(pinOf(client), (asked, at: number) => {
    const pin = newPin(asked, client, raise)
    const isQuoted = /['"]/.test(text[at - 1] ?? '')
    return />/.test(pin) && !isQuoted ? `'${pin}'` : pin
  })
}

/** A line of a file of requirements; with hashes it is for the tool that has written them. */
function inRequirements(source: SourceFile, line: number, client: string, raise: Raise) {
  const written = source.text.split('\n')[line - 1] ?? ''
  const [asked] = pinOf(client).exec(written) ?? []
  if (asked === undefined || /--hash|\\\s*$/.test(written)) return undefined
  return replaceOnLine(source, line, asked, newPin(asked, client, raise))
}

/** Yarn 4 writes lock files of version 8, and refuses older ones where nothing may change, as in a CI. */
function* oldYarnLock(
  { clientVersion }: TrustedUpload['step'],
  { source }: Release,
): Iterable<Outcome> {
  const file = 'yarn.lock'
  const version = /^__metadata:\r?\n {2}version: (\d+)/m.exec(source(file)?.text ?? '')?.[1]
  if (clientVersion === undefined || !isCertainlyAtLeast(clientVersion, '4.0.0')) return
  if (version === undefined || Number(version) >= 8) return
  const sentence = `Run \`yarn install\` before you commit: ${file} is one of an older Yarn, which Yarn 4 refuses in a CI.`
  yield { place: { file, line: 1, column: 1 }, sentence }
}

function* plugins(step: TrustedUpload['step'], release: Release): Iterable<Outcome> {
  for (const [name, raise] of Object.entries(PLUGINS[toolOf(step)] ?? {})) {
    const edits = rangeEdits(name, raise, release, step.directory)
    if (edits === undefined || edits.length === 0) continue
    const place = { file: edits[0]?.file ?? 'package.json', line: 1, column: 1 }
    yield { place, sentence: `${name} is raised to ${raise.range}: ${raise.why}.`, edits }
  }
}
