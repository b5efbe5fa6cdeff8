import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../errors.ts'
import type { FileChange, SynthPlan } from './plan.ts'

/**
 * Carries a plan out. Every new text is written beside its target first and moved there only when all are written, so
 * that a full disk or a folder without leave changes nothing.
 * @throws ProjectError `file_unwritable`
 */
export function writePlan({ root, changes }: SynthPlan): void {
  const written: [temporary: string, target: string][] = []
  try {
    for (const change of changes) {
      if (change.after !== undefined) written.push(writeBeside(root, change, change.after))
    }
  } catch (error) {
    for (const [temporary] of written) rmSync(temporary, { force: true })
    throw error
  }
  for (const [temporary, target] of written) renameSync(temporary, target)
  for (const { kind, path } of changes) if (kind === 'delete') remove(root, path)
}

function writeBeside(
  root: string,
  { path, executable }: FileChange,
  text: string,
): [string, string] {
  const target = join(root, path)
  const temporary = `${target}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(temporary, text)
    if (executable) chmodSync(temporary, 0o755)
  } catch (error) {
    rmSync(temporary, { force: true })
    const { code = String(error) } = error as NodeJS.ErrnoException
    throw refuse('file_unwritable', { path, reason: code })
  }
  return [temporary, target]
}

/** The file, and the folders that it leaves empty. */
function remove(root: string, path: string): void {
  rmSync(join(root, path), { force: true })
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder))
    } catch {
      return
    }
  }
}
