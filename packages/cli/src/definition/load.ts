import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Project, SynthPlan } from '@trustpub/project'
import * as library from '@trustpub/project'
import { cacheFolder } from '../tools/cache.ts'
import { DefinitionError, refuse } from './errors.ts'
import { projectFromJson } from './json.ts'
import { importNatively, isNative, isUnreadable, keepCompiled } from './native.ts'
import { failureOf } from './where.ts'

/** A definition that was run, and what it would change. */
export interface Loaded {
  readonly project: Project
  readonly plan: SynthPlan
}

export interface LoadOptions {
  /** Paths of files that are taken over although they were not generated. */
  readonly adopt: readonly string[]
  /** Messages name files relative to this folder. */
  readonly shownFrom: string
}

/**
 * Runs the definition in the working directory and plans its synthesis; nothing is written, even where the definition
 * itself calls `synth()`. `@trustpub/project` is always this program's own copy.
 * @throws DefinitionError for whatever is wrong with it, with file and line
 */
export async function loadDefinition(name: string, options: LoadOptions): Promise<Loaded> {
  // Without the links that may have led to it, as Node names files.
  const file = join(process.cwd(), name)
  const shown = relative(options.shownFrom, file)
  let loaded = undefined as Loaded | undefined
  let refusal: unknown
  const restore = library.interceptSynth((project) => {
    if (loaded !== undefined && loaded.project !== project) {
      const [first, second] = [loaded.project.name, project.name]
      throw refuse('definition_twice', { file: shown, first, second })
    }
    try {
      loaded = { project, plan: library.planSynth(project, { adopt: options.adopt }) }
      return loaded.plan
    } catch (error) {
      if (error instanceof library.ProjectError) refusal = error
      throw error
    }
  })
  try {
    const again = () => {
      loaded = undefined
    }
    const isJson = file.endsWith('.json')
    const exported = isJson ? projectFromJson(file, shown) : await runModule(file, again)
    if (loaded === undefined && exported instanceof library.Project) exported.synth()
  } catch (error) {
    restore()
    // These are about files on the disk, or name the part of the definition themselves: no line of it is to blame.
    if (error === refusal || error instanceof DefinitionError) throw error
    const foreign = [dirname(dirname(fileURLToPath(libraryUrl())))]
    const whereabouts = { definition: file, root: dirname(file), foreign, cwd: options.shownFrom }
    throw failureOf(error, whereabouts)
  }
  // Without a project the interception stays: a synth() that is called late must not write.
  if (loaded === undefined) throw refuse('definition_silent', { file: shown })
  restore()
  return loaded
}

/** Runs a module and returns what it exports by default. `again` is called if it has to be run a second time. */
async function runModule(file: string, again: () => void): Promise<unknown> {
  // What a definition prints is no result of ours.
  Object.assign(console, { log: console.error, info: console.error, debug: console.error })
  const module = await importModule(file, again)
  const exported = defaultOf(module)
  return exported instanceof library.Project ? exported : defaultOf(exported)
}

async function importModule(file: string, again: () => void): Promise<unknown> {
  const url = libraryUrl()
  if (isNative(file)) {
    keepCompiled(join(cacheFolder(), 'compiled'))
    try {
      return await importNatively(file, url)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      again()
    }
  }
  // Only here, since most definitions need it no more.
  const { importTranspiled } = await import('./transpiled.ts')
  return importTranspiled(file, library, { url, cache: join(cacheFolder(), 'transpiled') })
}

function libraryUrl(): string {
  return import.meta.resolve('@trustpub/project')
}

/** CommonJS that was compiled from a module has its default export in a member. */
function defaultOf(module: unknown): unknown {
  const isObject = typeof module === 'object' && module !== null
  return isObject && 'default' in module ? module.default : module
}
