import { asMeant, type Value, valueOfLines } from '../../edits/as-meant.ts'
import { type Edit, lineBreak, lineStart, type SourceFile } from '../../edits/edit.ts'
import { lastCharacter, ownSpan } from '../../edits/written.ts'
import { isFlow, removeKeys } from '../../edits/yaml-edits.ts'
import { isExpression } from '../../github/expressions.ts'
import type { PublishStep } from '../../model.ts'
import { hostOf } from '../../publishers/registries.ts'
import type { TrustedUpload } from '../../release.ts'
import { valuedFlags } from '../../steps/commands.ts'
import { flagValue, isOn, parseOptions } from '../../steps/options.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import { usesFor } from '../action-pins.ts'

/** gh-action-pypi-publish as the lines of a step, at the left margin and without a dash. */
export function uploadLines(
  step: PublishStep,
  workflow: Tree,
  folder: string = folderOf(step),
): readonly string[] {
  const options = parseOptions(step.args, valuedFlags(step.client))
  const inputs = [
    ...(folder === 'dist' ? [] : [`packages-dir: ${folder}`]),
    ...(isPypi(step.registry) ? [] : [`repository-url: ${step.registry}`]),
    ...(isOn(options, '--skip-existing') ? ['skip-existing: true'] : []),
  ]
  return [
    `uses: ${usesFor('pypa/gh-action-pypi-publish', 'release/v1', workflow)}`,
    ...(inputs.length === 0 ? [] : ['with:', ...inputs.map((line) => `  ${line}`)]),
  ]
}

/** The address that the action and twine have by themselves. */
export function isPypi(registry: string | undefined): boolean {
  return registry === undefined || hostOf(registry) === 'pypi.org'
}

/** The folder with the distributions, relative to the root. */
function folderOf({ client, directory, args }: PublishStep): string {
  const folder = filesOf({ client, args }).replace(/\/[^/]*$/, '')
  return directory === '.' ? folder : `${directory}/${folder}`
}

/** The same where the rows of a matrix work in directories of their own: as the workflow writes it, expression and all. */
export function folderOfRows({ step, job }: TrustedUpload): string | undefined {
  const { workflow, written } = job.source
  const directory =
    textOf(child(step.within, 'working-directory')) ??
    textOf(child(written, 'defaults', 'run', 'working-directory')) ??
    textOf(child(workflow, 'defaults', 'run', 'working-directory'))
  if (directory === undefined || !isExpression(directory)) return undefined
  return folderOf({ ...step, directory: directory.replace(/\/+$/, '') })
}

const TAKES_FILES: ReadonlySet<string> = new Set(['twine', 'uv', 'hatch', 'maturin'])

/** The distributions, relative to where the command runs: `dist/*`. */
export function filesOf({ client, args }: Pick<PublishStep, 'client' | 'args'>): string {
  const options = parseOptions(args, valuedFlags(client))
  const files = TAKES_FILES.has(client) ? options.rest[0] : undefined
  const named = flagValue(options, '--dist-dir', '--dest', '-d', '--out', '-o') ?? files
  const ofClient = client === 'maturin' ? 'target/wheels' : 'dist'
  if (named === undefined) return `${ofClient}/*`
  const path = named.replace(/^\.\//, '').replace(/\/+$/, '')
  if (/[*]|\.(?:whl|tar\.gz|zip)$/.test(path)) return path.includes('/') ? path : `./${path}`
  return `${path}/*`
}

/** An item as the lines of a list at the left margin. */
export function asItem(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => (at === 0 ? '- ' : '  ') + line)
}

/** The keys that say whether a step runs and what its failure means, as they are written, at the left margin. */
export function conditionLines(source: SourceFile, step: Tree): readonly string[] {
  return ['if', 'continue-on-error'].flatMap((key) => entryLines(source, child(step, key)))
}

function entryLines(source: SourceFile, value: Tree | undefined): readonly string[] {
  const start = value && ownSpan(value)?.key
  if (value === undefined || start === undefined) return []
  const { text } = source
  const column = start - lineStart(text, start)
  return text
    .slice(start, lastCharacter(source, value) + 1)
    .split(/\r?\n/)
    .map((line, at) => (at === 0 ? line : line.slice(column)))
}

/**
 * A step that runs something else: `lines` in the place of its `run` or `uses`, and without what goes with those. Its
 * name, its condition and its comments stay as they are.
 */
export function asStep(
  source: SourceFile,
  list: Tree,
  step: Tree,
  lines: readonly string[],
): readonly Edit[] | undefined {
  const main = child(step, 'run') ?? child(step, 'uses')
  const start = main && ownSpan(main)?.key
  const added = valueOfLines(lines)
  if (main === undefined || start === undefined || list.span === undefined) return undefined
  if (isFlow(source, step) || isFlow(source, list) || !(added instanceof Map)) return undefined
  const { file, text } = source
  const indent = lineBreak(text) + ' '.repeat(start - lineStart(text, start))
  const end = lastCharacter(source, main) + 1
  // The comment beside a commit names the version of what goes.
  const comment = /^[ \t]+#[^\r\n]*/.exec(text.slice(end))?.[0].length ?? 0
  const gone = entriesOf(step)
    .map(([key]) => key)
    .filter((key) => GOES_ALONG.has(key))
  const removed = gone.length === 0 ? [] : removeKeys(source, step, gone)
  if (removed === undefined) return undefined
  const at = itemsOf(list).indexOf(step)
  const meant = (before: Value): Value | undefined =>
    Array.isArray(before) ? before.with(at, changed(before[at], gone, added)) : undefined
  const edit = { file, start, end: end + comment, text: lines.join(indent) }
  return asMeant(source, [edit, ...removed], list.span, meant)
}

const GOES_ALONG: ReadonlySet<string> = new Set(['with', 'env', 'shell', 'working-directory'])

function changed(before: Value, gone: readonly string[], added: ReadonlyMap<string, Value>): Value {
  if (!(before instanceof Map)) return before
  const kept = [...before].filter(([key]) => key !== 'run' && key !== 'uses' && !gone.includes(key))
  return new Map([...kept, ...added])
}
