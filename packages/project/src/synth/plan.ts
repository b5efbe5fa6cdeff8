import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { refuse } from '../errors.ts'
import type { FileBase } from '../files/file.ts'
import type { Project } from '../project.ts'
import { LEDGER_FILE, type Ledger, ledgerText, readLedger } from './ledger.ts'
import { isGenerated } from './marker.ts'

/** What synthesis would do to one file. */
export interface FileChange {
  readonly kind: 'create' | 'update' | 'delete'
  /** Relative to the root project, with `/`. */
  readonly path: string
  readonly before?: string
  readonly after?: string
  readonly executable?: boolean
}

/** All that synthesis would do, before it does anything. */
export interface SynthPlan {
  /** The folder of the root project. */
  readonly root: string
  readonly changes: readonly FileChange[]
  /** What a person should know: files left behind, options without effect. */
  readonly notes: readonly string[]
}

export interface PlanOptions {
  /** Paths of files that are taken over although they were not generated. */
  readonly adopt?: readonly string[] | undefined
}

/** A file as it should be. */
interface Wanted {
  readonly path: string
  readonly text: string
  readonly file: FileBase
}

/**
 * Renders the files of a project and its subprojects and compares them with what is there. Nothing is written.
 * @throws ProjectError where a file belongs to somebody, or where the definition cannot be rendered
 */
export function planSynth(project: Project, { adopt = [] }: PlanOptions = {}): SynthPlan {
  if (project.parent !== undefined) throw refuse('project_not_root', {})
  const root = project.outdir
  const projects = everyProject(project)
  for (const one of projects) prepare(one)
  const wanted = projects.flatMap((one) => rendered(one, root))
  const ledger = readLedger(root)
  const context = { root, ledger, adopted: new Set(adopt.map((path) => posix.normalize(path))) }
  const changes = wanted.flatMap((file) => changeOf(file, context) ?? [])
  const generated = wanted.filter(({ file }) => !file.onlyOnce)
  const orphans = orphansOf(ledger, new Set(generated.map(({ path }) => path)), root)
  const record = ledgerChange(generated, root)
  return {
    root,
    changes: [...changes, ...orphans.changes, ...record],
    notes: [...projects.flatMap((one) => one.notes), ...orphans.notes],
  }
}

function everyProject(project: Project): readonly Project[] {
  return [project, ...project.subprojects.flatMap(everyProject)]
}

/** Components may add components while they prepare; those prepare as well. */
function prepare(project: Project): void {
  const done = new Set<unknown>()
  for (;;) {
    const next = project.components.find((component) => !done.has(component))
    if (next === undefined) break
    done.add(next)
    next.preSynthesize()
  }
  project.tasks.check()
}

function rendered(project: Project, root: string): readonly Wanted[] {
  return project.files.flatMap((file) => {
    const text = file.content()
    if (text === undefined) return []
    return [{ path: relative(root, file.absolutePath).split(sep).join('/'), text, file }]
  })
}

interface Context {
  readonly root: string
  readonly ledger: Ledger
  readonly adopted: ReadonlySet<string>
}

function changeOf({ path, text, file }: Wanted, context: Context): FileChange | undefined {
  const found = readIfThere(context.root, path)
  const executable = file.executable ? { executable: true } : {}
  if (found === undefined) return { kind: 'create', path, after: text, ...executable }
  if (file.onlyOnce) return undefined
  const modeIsRight = !file.executable || found.executable
  if (found.text === text && modeIsRight) return undefined
  if (found.text !== text && !context.adopted.has(path)) checkOwner(path, found.text, context)
  return { kind: 'update', path, before: found.text, after: text, ...executable }
}

/** Only what was generated is overwritten: it says so itself, or its digest is the one that was written down. */
function checkOwner(path: string, text: string, { ledger }: Context): void {
  if (isGenerated(text)) return
  const digest = ledger.digests.get(path)
  if (digest === digestOf(text)) return
  throw refuse(digest === undefined ? 'file_owned' : 'file_changed', { path })
}

function orphansOf(
  ledger: Ledger,
  wanted: ReadonlySet<string>,
  root: string,
): { readonly changes: readonly FileChange[]; readonly notes: readonly string[] } {
  const changes: FileChange[] = []
  const notes: string[] = []
  for (const path of ledger.files) {
    if (wanted.has(path)) continue
    const found = readIfThere(root, path)
    if (found === undefined) continue
    if (isGenerated(found.text) || ledger.digests.get(path) === digestOf(found.text)) {
      changes.push({ kind: 'delete', path, before: found.text })
    } else notes.push(`${path} is no longer generated, but was changed by hand; it was left there.`)
  }
  return { changes, notes }
}

function ledgerChange(generated: readonly Wanted[], root: string): readonly FileChange[] {
  const digests = generated.flatMap(({ path, text }) =>
    isGenerated(text) ? [] : [[path, digestOf(text)] as const],
  )
  const text = ledgerText(
    generated.map(({ path }) => path),
    new Map(digests),
  )
  const found = readIfThere(root, LEDGER_FILE)
  if (found === undefined) return [{ kind: 'create', path: LEDGER_FILE, after: text }]
  if (found.text === text) return []
  return [{ kind: 'update', path: LEDGER_FILE, before: found.text, after: text }]
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** @throws ProjectError `file_obstructed` where something other than a file of the project is in the way */
function readIfThere(
  root: string,
  path: string,
): { readonly text: string; readonly executable: boolean } | undefined {
  const absolute = join(root, path)
  try {
    const found = lstatSync(absolute)
    if (!found.isFile()) {
      const obstacle = found.isDirectory() ? 'a folder has its name' : 'it is no ordinary file'
      throw refuse('file_obstructed', { path, obstacle })
    }
    if (leadsOut(root, dirname(absolute))) {
      throw refuse('file_obstructed', {
        path,
        obstacle: 'its folder is a link that leads out of the project',
      })
    }
    return { text: readFileSync(absolute, 'utf8'), executable: (found.mode & 0o111) !== 0 }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code !== 'ENOTDIR') throw error
    throw refuse('file_obstructed', { path, obstacle: 'a file has the name of its folder' })
  }
}

function leadsOut(root: string, folder: string): boolean {
  return relative(realpathSync(root), realpathSync(folder)).startsWith('..')
}
