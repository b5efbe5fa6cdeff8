import { posix } from 'node:path'
import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertItem, insertKeys, isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import { isActionBelow, isCommit } from '../../github/action-use.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'
import { withLeave } from './permission.ts'
import { actionRunsIn } from './python-client.ts'
import { asItem, uploadLines } from './upload-step.ts'

/** python-semantic-release before version 8 uploads itself; the action does that in a step after it. */
export const pythonSemanticRelease: Rewrite = {
  id: 'python-semantic-release',
  title:
    'Lets python-semantic-release only make the release, and uploads with gh-action-pypi-publish.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      if (upload.step.client === 'python-semantic-release')
        yield* withLeave(upload, release, followed(upload, release))
    }
  },
}

/** Inputs that are only about the upload. */
const UPLOADS = /^(?:pypi_token|repository_(?:username|password|url))$/

function* followed(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step } = upload
  const { place, text, action } = step
  if (action === undefined || (isCommit(action.ref) && action.version === undefined)) {
    const sentence = `\`${text}\` uploads with a token, before version 8. Let it only make the release, and upload with pypa/gh-action-pypi-publish, by hand.`
    yield { place, sentence }
    return
  }
  const isOld = isActionBelow(action, [8])
  const edits = isOld ? behindOld(upload, release) : behindNew(upload, release)
  const how = isOld ? ' Its configuration keeps the files that it has built.' : ''
  yield edits === undefined
    ? {
        place,
        sentence: `\`${text}\` uploads with a token, and is configured or written in a way that is not edited here. Let it only make the release (\`upload_to_pypi = false\`, \`remove_dist = false\`), and upload with pypa/gh-action-pypi-publish in a step after it.`,
      }
    : {
        place,
        sentence: `python-semantic-release makes the release, and pypa/gh-action-pypi-publish uploads it.${how}`,
        edits,
      }
}

/** Version 7 says nothing about whether it has made a release; what it has built does. */
function behindOld(upload: TrustedUpload, release: Release): readonly Edit[] | undefined {
  const config = configOf(release)
  if (config === undefined) return undefined
  const value = (key: string) => settingOf(config, key)
  if (/false/.test(value('upload_to_release') + value('build_command'))) return undefined
  const path = /[\w./-]*\w/.exec(value('dist_path'))?.[0] ?? 'dist'
  const folder = posix.join(directoryOf(upload.step.within), path)
  const added = withUpload(upload, release, `hashFiles('${folder}/*') != ''`, folder)
  return added && [...added, ...set(config, ['upload_to_pypi', 'remove_dist'])]
}

/** Since version 8 it says whether it has made a release, and builds only if it is told how. */
function behindNew(upload: TrustedUpload, release: Release): readonly Edit[] | undefined {
  const source = release.source(upload.step.place.file)
  const { within } = upload.step
  const id = textOf(child(within, 'id')) ?? 'release'
  const named =
    source === undefined || child(within, 'id') !== undefined
      ? []
      : [insertKeys(source, within, [`id: ${id}`], { before: 'uses' })]
  const config = configOf(release)
  const builds = config !== undefined && settingOf(config, 'build_command') !== ''
  const condition = `steps.${id}.outputs.released == 'true'`
  const directory = directoryOf(within)
  const build = `pipx run build${directory === '.' ? '' : ` ${directory}`}`
  const folder = posix.join(directory, 'dist')
  const added = withUpload(upload, release, condition, folder, builds ? [] : [build])
  const written = named.flatMap((edit) => edit ?? [])
  return added && written.length === named.length ? [...added, ...written] : undefined
}

function withUpload(
  upload: TrustedUpload,
  release: Release,
  condition: string,
  folder: string,
  commands: readonly string[] = [],
): readonly Edit[] | undefined {
  const { step, job } = upload
  const { within } = step
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const inputs = child(within, 'with')
  if (source === undefined || list === undefined || inputs === undefined) return undefined
  if (!actionRunsIn(upload)) return undefined
  const gone = entriesOf(inputs)
    .map(([name]) => name)
    .filter((name) => UPLOADS.test(name))
  const removed = isEmptiedBy(inputs, gone)
    ? removeKeys(source, within, ['with'])
    : removeKeys(source, inputs, gone)
  const isThere = job.publishes.some(({ action }) => action?.name === 'pypa/gh-action-pypi-publish')
  if (isThere || removed === undefined) return removed
  const [uses = '', ...rest] = uploadLines(step, job.source.workflow, folder)
  const lines = [
    ...commands.flatMap((command) => asItem([`run: ${command}`, `if: ${condition}`])),
    ...asItem([uses, `if: ${condition}`, ...rest]),
  ]
  const inserted = insertItem(source, list, lines, stepAfter(list, within))
  return inserted && [...removed, inserted]
}

/** The action can be told where to work. */
function directoryOf(step: Tree): string {
  return posix.normalize(textOf(child(step, 'with', 'directory')) ?? '.').replace(/\/$/, '')
}

function stepAfter(list: Tree, step: Tree): Tree | undefined {
  return itemsOf(list)[itemsOf(list).indexOf(step) + 1]
}

/** The section that configures it, without its header. */
interface Config {
  readonly source: SourceFile
  readonly start: number
  readonly text: string
}

function configOf(release: Release): Config | undefined {
  const places = [
    ['pyproject.toml', /^\[tool\.semantic_release\][^\n]*\n/m],
    ['setup.cfg', /^\[semantic_release\][^\n]*\n/m],
  ] as const
  for (const [file, header] of places) {
    const source = release.source(file)
    const found = source && header.exec(source.text)
    if (!source || !found) continue
    const start = found.index + found[0].length
    const text = source.text.slice(start).split(/^\[/m, 1)[0] ?? ''
    return { source, start, text }
  }
  return undefined
}

/** What a key is set to, as written; empty where it is not. */
function settingOf({ text }: Config, key: string): string {
  return new RegExp(`^${key}[ \\t]*=[ \\t]*(.*?)[ \\t\\r]*$`, 'm').exec(text)?.[1] ?? ''
}

/** Sets keys to `false`, where they stand or at the top. */
function set({ source, start, text }: Config, keys: readonly string[]): readonly Edit[] {
  const { file } = source
  const missing = keys.filter((key) => !new RegExp(`^${key}[ \\t]*=`, 'm').test(text))
  const replaced = keys.flatMap((key): readonly Edit[] => {
    const found = new RegExp(
      `^(${key}[ \\t]*=[ \\t]*)([^\\r\\n#]*?)(?=[ \\t]*(?:#|\\r?$))`,
      'm',
    ).exec(text)
    if (found === null) return []
    const at = start + found.index + (found[1]?.length ?? 0)
    return [{ file, start: at, end: at + (found[2]?.length ?? 0), text: 'false' }]
  })
  const added = missing.map((key) => `${key} = false\n`).join('')
  return added === '' ? replaced : [{ file, start, end: start, text: added }, ...replaced]
}
