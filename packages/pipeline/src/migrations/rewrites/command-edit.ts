import { posix } from 'node:path'
import type { Edit, SourceFile } from '../../edits/edit.ts'
import {
  removeItem,
  removeKeys,
  removeLines,
  replacePart,
  replaceScript,
} from '../../edits/yaml-edits.ts'
import type { JobSource, JobStep } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { isShellScript } from '../../steps/script-files.ts'
import { child, entriesOf, isList, isMap, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import { parseYaml } from '../../yaml/yaml-file.ts'
import { indexesOf, linesWith, linkOf } from './shell-lines.ts'

/**
 * Another text for the command that publishes: where the CI file has it, or in the script of a package.json, or in a
 * Makefile. Undefined where it cannot be found, or stands there more than once.
 */
export function commandEdit(
  { step, job }: TrustedUpload,
  text: string,
  release: Release,
): readonly Edit[] | undefined {
  const source = release.source(step.place.file)
  const run = scriptOf(step.within)
  const direct = source && run && replacePart(source, run, step.text, text)
  if (direct !== undefined) return [direct]
  const whole = source && run && textOf(run)?.trim() === step.text
  const rewritten = whole ? replaceScript(source, run, text) : undefined
  if (rewritten !== undefined) return [rewritten]
  const running = job.steps.find(({ tree }) => tree === step.within)
  const nested = running && inScripts(step.text, text, running, release)
  return nested && [nested]
}

/** `run:` of a step; `publish:` of changesets/action; a line of GitLab is itself. */
export function scriptOf(within: Tree): Tree | undefined {
  const inputs = child(within, 'with')
  if (child(within, 'uses') !== undefined) return child(inputs, 'publish')
  return child(within, 'run') ?? within
}

const TARGETS = ['Makefile', 'makefile', 'GNUmakefile', 'justfile', 'tox.ini', 'pyproject.toml']

/** The one place among package scripts, targets and shell scripts that a step runs where a text is written. */
export function inScripts(
  old: string,
  text: string,
  { commands }: JobStep,
  { manifests, source }: Release,
): Edit | undefined {
  const ofManifests = manifests.npm
    .filter(({ scripts }) => [...scripts.values()].some((script) => script.includes(old)))
    .map(({ file }) => ({ file, old: inJson(old), text: inJson(text) }))
  const ofShell = commands
    .filter(({ nested }) => !nested)
    .flatMap(({ words, text: written, directory = '.' }) =>
      [...words, ...written.split(/\s+/)].map((word) => posix.join(directory, word)),
    )
    .filter((file) => isShellScript(source(file)?.text ?? '') || /\.(?:sh|bash)$/.test(file))
  const files = new Set([...TARGETS.filter((file) => runs(file, old, text)), ...ofShell])
  const ofTargets = [...files].map((file) => ({ file, old, text }))
  const found = [...ofManifests, ...ofTargets].flatMap((place) => {
    const content = source(place.file)?.text ?? ''
    const start = content.indexOf(place.old)
    if (start < 0) return []
    const isOnce = content.indexOf(place.old, start + 1) < 0
    return [
      isOnce
        ? { file: place.file, start, end: start + place.old.length, text: place.text }
        : undefined,
    ]
  })
  return found.length === 1 ? found[0] : undefined
}

/** tox and the runners of tasks run programs, not shells, and tox only those that it is allowed. */
function runs(file: string, old: string, text: string): boolean {
  const [before, after] = [old, text].map((one) => /^[\w-]+/.exec(one)?.[0])
  if (file === 'tox.ini') return before === after && !text.includes('&&')
  return file !== 'pyproject.toml' || !text.includes('&&')
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** The script without a command; without the whole step if it does nothing else. */
export function withoutCommand(
  step: Pick<JobStep, 'tree' | 'commands'>,
  text: string,
  job: JobSource,
  release: Release,
): readonly Edit[] | undefined {
  const run = scriptOf(step.tree)
  const source = release.source(step.tree.place.file)
  if (source === undefined || run === undefined) return undefined
  if (step.commands.every((command) => command.text === text)) {
    return withoutStep(step.tree, job, source, release)
  }
  const script = textOf(run) ?? ''
  const edits = (linesWith(script, text) ?? []).map((lines) => {
    const which = indexesOf(script, lines.text).indexOf(lines.start)
    return removeLines(source, run, lines.text, which)
  })
  if (edits.length > 0 && edits.every((edit) => edit !== undefined)) return edits
  const link = linkOf(script, text)
  const edit = link && replacePart(source, run, link, '')
  return edit ? [edit] : undefined
}

/** The list that a step stands in without it, in the job or in a template of it. */
function withoutStep(
  step: Tree,
  { workflow }: JobSource,
  source: SourceFile,
  release: Release,
): readonly Edit[] | undefined {
  for (const list of listsAround(step, workflow, release)) {
    const edit = removeItem(source, list, step)
    if (edit !== undefined) return [edit]
  }
  return withoutScript(step, workflow, source)
}

/** A `before_script` of GitLab that does nothing else goes as a whole, unless the job would get another one then. */
function withoutScript(
  step: Tree,
  workflow: Tree,
  source: SourceFile,
): readonly Edit[] | undefined {
  for (const [id, holder] of entriesOf(workflow)) {
    for (const key of ['before_script', 'after_script']) {
      const items = itemsOf(child(holder, key))
      const inherits =
        child(holder, 'extends') !== undefined ||
        child(workflow, key) !== undefined ||
        (id !== 'default' && child(workflow, 'default', key) !== undefined)
      if (items.length !== 1 || items[0] !== step || inherits) continue
      const edits = removeKeys(source, holder, [key])
      if (edits !== undefined) return edits
    }
  }
  return undefined
}

/** The lists in which a step may stand: of the workflow, and of the composite action of the repository that has it. */
export function listsAround(step: Tree, workflow: Tree, release: Release): readonly Tree[] {
  const { file } = step.place
  const source = /(?:^|\/)action\.ya?ml$/.test(file) ? release.source(file) : undefined
  const action = source && parseYaml(file, source.text, 'github')
  return [...listsIn(workflow), ...(action === undefined ? [] : listsIn(action))]
}

/** Every list in a tree, outermost first. */
export function listsIn(tree: Tree): readonly Tree[] {
  const inner = isMap(tree) ? entriesOf(tree).map(([, value]) => value) : itemsOf(tree)
  return [...(isList(tree) ? [tree] : []), ...inner.flatMap(listsIn)]
}
