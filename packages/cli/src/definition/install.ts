import type { Project } from '@trustpub/project'
import { type Finished, run } from '../tools/run.ts'
import type { Ui } from '../ui/ui.ts'

/** What came of installing the dependencies of a new project. */
export interface Installed {
  /** The command that is still to be run, as lock files are missing without it. */
  readonly installCommand?: string
  /** Why it has not been run, if it was tried. */
  readonly installProblem?: string
}

/** Registries can be slow, and JSII's compilers are large. */
const TIMEOUT_MS = 10 * 60_000
/** Package managers tell the cause at the end. */
const LINES_OF_CAUSE = 5

/** Installs dependencies, so that lock files exist. A failure is no error: without network it can be done later. */
export async function install(
  project: Project,
  cwd: string,
  { skip, ui }: { readonly skip: boolean; readonly ui: Ui },
): Promise<Installed> {
  const [program, ...args] = project.installCommand ?? []
  if (program === undefined) return {}
  const installCommand = [program, ...args].join(' ')
  if (skip) return { installCommand }
  ui.progress(`Running ${installCommand}`)
  try {
    const finished = await run(program, args, { cwd, env: process.env, timeoutMs: TIMEOUT_MS })
    if (finished.status === 0) return {}
    return { installCommand, installProblem: `${installCommand} failed:\n${causeOf(finished)}` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const installProblem = `${program} is not on this machine, so no dependencies were installed.`
    return { installCommand, installProblem }
  }
}

function causeOf({ output }: Finished): string {
  const lines = output.trim().split('\n').slice(-LINES_OF_CAUSE)
  return lines.map((line) => `  ${line}`).join('\n')
}
