import { type Edit, lineEnd, type SourceFile } from '../../edits/edit.ts'
import { removeItem, removeLines, withBlankLine } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit, listsIn } from './command-edit.ts'
import { alwaysTrusted } from './uv-always.ts'

/** A line that gets an ID token, exchanges it, or takes the token out of the answer, and does nothing else. */
const RECIPE =
  /^\s*(?:export\s+)?(\w+)=["']?\$\((?:[^)]|\)(?!["']?\s*$))*(?:mint-token|python3? -m id\b|jq\b)[\s\S]*\)["']?\s*$/

/** Clients that exchange by themselves. */
const EXCHANGING: ReadonlySet<string> = new Set(['twine', 'uv'])

/** The recipe of older documentation: an exchange by curl, of which no failure is seen. */
export const gitlabExchange: Rewrite = {
  id: 'gitlab-exchange',
  title: 'GitLab: takes out an exchange by curl, which twine and uv make themselves.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      if (EXCHANGING.has(upload.step.client)) yield* withoutRecipe(upload, release)
    }
  },
}

/** The lines of a script that belong to the recipe. */
interface Part {
  readonly tree: Tree
  readonly lines: readonly string[]
  readonly isAll: boolean
}

function* withoutRecipe(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { job, step } = upload
  const parts = recipeIn(job.steps)
  const names = parts.flatMap(({ lines }) => lines.flatMap(nameIn))
  const [first] = parts
  if (first === undefined || !parts.some(({ lines }) => /mint-token/.test(lines.join('\n')))) return
  const place = first.tree.place
  const user = otherUser(job.steps, parts, names, step.text)
  if (user !== undefined) {
    const sentence = `The exchange by curl in job "${job.id}" stays: \`${user}\` uses what it yields.`
    yield { place, sentence }
    return
  }
  const removed = joined(
    parts.map((part) => removal(part, upload, release)),
    release,
  )
  const text = alwaysTrusted(step)
  const changed = text === step.text ? [] : commandEdit(upload, text, release)
  if (removed === undefined || changed === undefined) {
    const sentence = `Take the exchange by curl out of job "${job.id}" by hand: ${step.client} makes it itself, and says why if it fails.`
    yield { place, sentence }
    return
  }
  const sentence = `The exchange by curl in job "${job.id}" is gone: ${step.client} makes it itself, and says why if it fails.`
  yield { place, sentence, edits: [...removed, ...changed] }
}

function recipeIn(steps: readonly JobStep[]): readonly Part[] {
  const names = new Set<string>()
  return steps.flatMap(({ tree }) => {
    const text = textOf(tree) ?? ''
    const all = tree.block === undefined ? [text] : text.split('\n')
    const lines = all.filter((line) => {
      const isRecipe = RECIPE.test(line) || handsOn(line, names)
      if (isRecipe) for (const name of nameIn(line)) names.add(name)
      return isRecipe
    })
    if (lines.length === 0) return []
    return [{ tree, lines, isAll: lines.join('').trim() === all.join('').trim() }]
  })
}

/** `export TWINE_PASSWORD=$api_token` */
function handsOn(line: string, names: ReadonlySet<string>): boolean {
  const [, value] = /^\s*(?:export\s+)?\w+=["']?\$\{?(\w+)\}?["']?\s*$/.exec(line) ?? []
  return value !== undefined && names.has(value)
}

function nameIn(line: string): readonly string[] {
  const name = /^\s*(?:export\s+)?(\w+)=/.exec(line)?.[1]
  return name === undefined ? [] : [name]
}

/** A command, other than the upload, that uses what the recipe sets. */
function otherUser(
  steps: readonly JobStep[],
  parts: readonly Part[],
  names: readonly string[],
  upload: string,
): string | undefined {
  const recipe = parts.flatMap(({ lines }) => lines).join('\n')
  return steps
    .flatMap(({ commands }) => commands)
    .map(({ text }) => text)
    .filter((text) => text !== upload && !recipe.includes(text))
    .find((text) => names.some((name) => new RegExp(`\\$\\{?${name}\\b`).test(text)))
}

function removal(
  { tree, lines, isAll }: Part,
  { job }: TrustedUpload,
  release: Release,
): Edit | undefined {
  const source = release.source(tree.place.file)
  if (source === undefined) return undefined
  if (!isAll) return removeLines(source, tree, lines.join('\n'))
  for (const list of listsIn(job.source.workflow)) {
    const edit = removeItem(source, list, tree)
    if (edit !== undefined) return edit
  }
  return undefined
}

/** Removals that follow each other as one, so that no gap stays in their place. */
function joined(
  edits: readonly (Edit | undefined)[],
  release: Release,
): readonly Edit[] | undefined {
  const all = edits.filter((edit) => edit !== undefined)
  if (all.length < edits.length) return undefined
  const one: Edit[] = []
  for (const edit of all) {
    const last = one.at(-1)
    if (last !== undefined && last.file === edit.file && last.end === edit.start)
      one.splice(-1, 1, { ...last, end: edit.end })
    else one.push(edit)
  }
  return one.map((edit) => {
    const source = release.source(edit.file)
    return source === undefined || !isLines(source, edit) ? edit : withBlankLine(source, edit)
  })
}

function isLines({ text }: SourceFile, { end }: Edit): boolean {
  return end === text.length || lineEnd(text, end - 1) === end
}
