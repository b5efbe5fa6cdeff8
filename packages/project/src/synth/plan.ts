import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, posix, relative, sep } from 'node:path'
import type { Component } from '../component.ts'
import { ProjectError, refuse } from '../errors.ts'
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
  /** The root project. */
  readonly project: Project
  /** Its folder. */
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
  prepare(project)
  const projects = everyProject(project)
  const wanted = projects.flatMap((one) => rendered(one, root))
  const ledger = readLedger(root)
  const context = { root, ledger, adopted: new Set(adopt.map((path) => posix.normalize(path))) }
  const changes = wanted.flatMap((file) => changeOf(file, context) ?? [])
  const generated = wanted.filter(({ file }) => !file.onlyOnce)
  const orphans = orphansOf(ledger, new Set(generated.map(({ path }) => path)), root)
  const record = ledgerChange(generated, root)
  return {
    project,
    root,
    changes: [...changes, ...orphans.changes, ...record],
    notes: [...projects.flatMap((one) => one.notes), ...orphans.notes],
  }
}

/** A root project and everything below it. */
export function everyProject(project: Project): readonly Project[] {
  return [project, ...project.subprojects.flatMap(everyProject)]
}

/** Those that have prepared; a project can be planned more than once. */
const prepared = new WeakSet<Component>()

/** Components may add components while they prepare, to their root project too; those prepare as well. */
function prepare(root: Project): void {
  for (;;) {
    const components = everyProject(root).flatMap((one) => one.components)
    const next = components.find((component) => !prepared.has(component))
    if (next === undefined) break
    prepared.add(next)
    next.preSynthesize()
  }
  for (const one of everyProject(root)) one.tasks.check()
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
  const executable = file.executable ? { executable: true } : {}
  if (file.onlyOnce && isThere(context.root, path)) return undefined
  const found = readIfThere(context.root, path)
  if (found === undefined) return { kind: 'create', path, after: text, ...executable }
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
    if (wanted.has(path) || !isThere(root, path)) continue
    const text = textOfOrphan(root, path)
    if (text === undefined) {
      notes.push(`${path} is no longer generated, but is no ordinary file now; it was left there.`)
    } else if (isGenerated(text) || ledger.digests.get(path) === digestOf(text)) {
      changes.push({ kind: 'delete', path, before: text })
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

/** Loading cryptography takes longer than all the rest, and nearly every file carries the marker. */
function digestOf(text: string): string {
  const { createHash } = createRequire(import.meta.url)(
    'node:crypto',
  ) as typeof import('node:crypto')
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Whether anything has the name, be it a link that leads nowhere. */
function isThere(root: string, path: string): boolean {
  try {
    lstatSync(join(root, path))
    return true
  } catch {
    return false
  }
}

/** Whatever is in the way of removing a file is a reason to leave it. */
function textOfOrphan(root: string, path: string): string | undefined {
  try {
    return readIfThere(root, path)?.text
  } catch {
    return undefined
  }
}

/** @throws ProjectError `file_obstructed` where something other than a file of the project is in the way */
function readIfThere(
  root: string,
  path: string,
): { readonly text: string; readonly executable: boolean } | undefined {
  const absolute = join(root, path)
  const obstructed = (obstacle: string): Error => refuse('file_obstructed', { path, obstacle })
  try {
    if (leadsOut(root, dirname(absolute))) {
      throw obstructed('its folder is a link that leads out of the project')
    }
    const found = lstatSync(absolute)
    if (found.isDirectory()) throw obstructed('a folder has its name')
    if (!found.isFile()) throw obstructed('it is no ordinary file')
    // A checkout on Windows may have other line ends; that is no change.
    const text = readFileSync(absolute, 'utf8').replaceAll('\r\n', '\n')
    return { text, executable: (found.mode & 0o111) !== 0 }
  } catch (error) {
    if (error instanceof ProjectError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw obstructed(
      code === 'ENOTDIR' ? 'a file has the name of its folder' : `it cannot be read (${code})`,
    )
  }
}

/** Looks at the nearest folder that is there: those below it would be made. */
function leadsOut(root: string, folder: string): boolean {
  try {
    const way = relative(realpathSync.native(root), realpathSync.native(folder))
    return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && folder !== root
    if (!isMissing) throw error
    return leadsOut(root, dirname(folder))
  }
}
