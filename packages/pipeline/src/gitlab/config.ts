import { PipelineError } from '../errors.ts'
import type { Place, Unknown } from '../model.ts'
import { child, isMap, itemsOf, type Tree, textOf, textsOf } from '../yaml/tree.ts'
import { inputsOf, spelt, withInputs } from './inputs.ts'
import { deepMerge } from './merge.ts'

/** Reads and parses a file by its path from the root; undefined if there is none. Throws PipelineError. */
export type LoadTree = (file: string) => Promise<Tree | undefined>

/** The files of the repository that a pattern with `*` picks, in the order of their names. */
export type ListFiles = (glob: string) => Promise<readonly string[]>

// GitLab refuses a pipeline of more files (docs, "Use CI/CD configuration from other files").
const MAX_FILES = 150

/**
 * Puts a pipeline together from `.gitlab-ci.yml` and the local files it includes. A file is merged over what it
 * includes, and a later include over an earlier one.
 */
export async function assemble(
  root: Tree,
  load: LoadTree,
  list: ListFiles,
): Promise<{ readonly config: Tree; readonly unknowns: readonly Unknown[] }> {
  const unknowns: Unknown[] = []
  const read = new Set<string>([root.place.file])
  return { config: await withIncludes(withInputs(root, inputsOf(root, undefined))), unknowns }

  async function withIncludes(tree: Tree): Promise<Tree> {
    let base: Tree = { place: tree.place, value: new Map() }
    for (const include of includesOf(child(tree, 'include'))) {
      for (const one of await each(include)) {
        const included = await open(one)
        if (included !== undefined) base = deepMerge(base, included)
      }
    }
    return isMap(tree) ? deepMerge(base, tree) : base
  }

  /** `ci/*.yml` is as many includes as there are files. */
  async function each(include: Include): Promise<readonly Include[]> {
    if (!include.file?.includes('*')) return [include]
    return (await list(include.file)).map((file) => ({ ...include, file }))
  }

  async function open(include: Include): Promise<Tree | undefined> {
    const { file, sentence, place } = include
    if (file === undefined) {
      unknowns.push({ place, sentence })
      return undefined
    }
    try {
      const tree = await load(file)
      if (tree !== undefined) {
        const inputs = inputsOf(tree, include.inputs)
        // With other inputs it is another file.
        const once = inputs.size === 0 ? file : `${file} ${spelt(inputs)}`
        if (read.has(once) || read.size >= MAX_FILES) return undefined
        read.add(once)
        return await withIncludes(withInputs(tree, inputs))
      }
      unknowns.push({ place, sentence: `The included file ${file} is not in the repository.` })
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      unknowns.push({ place: error.place, sentence: error.message })
    }
    return undefined
  }
}

interface Include {
  readonly place: Place
  readonly file?: string
  /** What is passed to it. */
  readonly inputs?: Tree | undefined
  /** Why it is not read, where there is no file. */
  readonly sentence: string
}

function includesOf(include: Tree | undefined): readonly Include[] {
  if (include === undefined) return []
  if (textOf(include) === undefined && !isMap(include)) return itemsOf(include).flatMap(includesOf)
  const local = textOf(include) ?? textOf(child(include, 'local'))
  const place = include.place
  if (local !== undefined && !/^https?:|\$/.test(local)) {
    const inputs = child(include, 'inputs')
    return [{ place, file: local.replace(/^\/+/, ''), inputs, sentence: '' }]
  }
  const kinds = ['remote', 'project', 'template', 'component'].flatMap((kind) => {
    const text = textsOf(child(include, kind)).join(', ')
    return text === '' ? [] : [`${kind} ${text}`]
  })
  const what = local ?? (kinds.join(', ') || 'an include')
  const sentence = `${what} is included but not read, since it is not one file of this repository; what it publishes is not checked.`
  return [{ place, sentence }]
}
