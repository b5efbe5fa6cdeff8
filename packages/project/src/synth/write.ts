import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../errors.ts'
import { everyProject, type FileChange, type SynthPlan } from './plan.ts'

/**
 * Carries a plan out. Every new text is written beside its target first and moved there only when all are written; what
 * was done until something fails is undone. So a full disk or a folder without leave changes nothing.
 * @throws ProjectError `file_unwritable`
 */
export function writePlan({ root, changes, project }: SynthPlan): void {
  const done: (() => void)[] = []
  for (const step of [writeBeside, carryOut]) {
    for (const change of changes) {
      try {
        step(root, change, done)
      } catch (error) {
        for (const undo of done.reverse()) undo()
        const { code = String(error) } = error as NodeJS.ErrnoException
        throw refuse('file_unwritable', { path: change.path, reason: code })
      }
    }
  }
  const components = everyProject(project).flatMap((one) => one.components)
  for (const component of components) component.postSynthesize()
}

function writeBeside(root: string, { path, after, executable }: FileChange, done: (() => void)[]) {
  if (after === undefined) return
  makeFolders(root, dirname(path), done)
  const temporary = besides(root, path)
  done.push(() => rmSync(temporary, { force: true }))
  writeFileSync(temporary, after)
  if (executable) chmodSync(temporary, 0o755)
}

function carryOut(root: string, { path, before, after }: FileChange, done: (() => void)[]): void {
  const target = join(root, path)
  if (after === undefined) rmSync(target, { force: true })
  else renameSync(besides(root, path), target)
  done.push(() => {
    if (before === undefined) rmSync(target, { force: true })
    else writeFileSync(target, before)
  })
  if (after === undefined) removeEmpty(root, dirname(path), done)
}

function besides(root: string, path: string): string {
  return `${join(root, path)}.${process.pid}.tmp`
}

function makeFolders(root: string, path: string, done: (() => void)[]): void {
  const first = mkdirSync(join(root, path), { recursive: true })
  if (first === undefined) return
  done.push(() => rmSync(first, { recursive: true, force: true }))
}

/** The folders that a removed file leaves empty. */
function removeEmpty(root: string, path: string, done: (() => void)[]): void {
  for (let folder = path; folder !== '.'; folder = dirname(folder)) {
    const absolute = join(root, folder)
    try {
      rmdirSync(absolute)
    } catch {
      return
    }
    done.push(() => mkdirSync(absolute))
  }
}
