import { TextFile } from '../files/text-file.ts'
import type { Project } from '../project.ts'
import { bareProject } from '../testing.ts'
import { LEDGER_FILE } from './ledger.ts'
import { type PlanOptions, planSynth, type SynthPlan } from './plan.ts'
import { writePlan } from './write.ts'

/** A project with text files, which carry no marker. */
export function projectWith(folder: string, files: Readonly<Record<string, string>>): Project {
  const project = bareProject(folder)
  for (const [path, text] of Object.entries(files))
    new TextFile(project, path, { text: () => text })
  return project
}

/** What synthesis would do with these files. */
export function plan(
  folder: string,
  files: Readonly<Record<string, string>>,
  options?: PlanOptions,
): SynthPlan {
  return planSynth(projectWith(folder, files), options)
}

/** Writes these files, and forgets those that were there before. */
export function synthesise(
  folder: string,
  files: Readonly<Record<string, string>>,
  options?: PlanOptions,
): void {
  writePlan(plan(folder, files, options))
}

/** What a plan does, without the files that every project has. */
export function changesOf({ changes }: SynthPlan): string[] {
  const own = changes.filter(({ path }) => path !== '.gitignore' && path !== LEDGER_FILE)
  return own.map(({ kind, path }) => `${kind} ${path}`)
}
