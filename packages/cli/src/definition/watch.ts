import { spawn } from 'node:child_process'
import { dirname, join, relative } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import type { Ui } from '../ui/ui.ts'
import { runOnChanges } from './changes.ts'
import { printReport, type SynthReport } from './report.ts'

export interface WatchOptions {
  /** The absolute path of the definition. */
  readonly definition: string
  readonly adopt: readonly string[]
  readonly json: boolean
  /** Whether the first report shows what to enter at the registries in any case. */
  readonly registration: boolean
}

/** Synthesises now and whenever the definition changes, until the person ends it. */
export async function synthesiseOnChanges(options: WatchOptions, ui: Ui): Promise<void> {
  const { definition, adopt, json } = options
  const folder = dirname(definition)
  const shown = relative(process.cwd(), definition)
  const args = ['synth', folder, '--json', ...adopt.flatMap((path) => ['--adopt', path])]
  let registration = options.registration
  const run = async (): Promise<readonly string[]> => {
    const report = await synthesiseInChild(args)
    if (report !== undefined && json) ui.printJson(report)
    else if (report !== undefined)
      printReport({ ...report, definition: shown }, ui, { registration, hint: false })
    ui.progress(`Watching ${shown} and what it imports. Ctrl-C ends it.`)
    registration = false
    return report?.changes.map(({ path }) => join(folder, path)) ?? []
  }
  await runOnChanges({ definition, run, until: ui.interrupted() })
}

/**
 * Every synthesis runs in a process of its own, because Node cannot load a module anew.
 * @returns the report; undefined after a failure, of which the child has told on stderr
 */
async function synthesiseInChild(args: readonly string[]): Promise<SynthReport | undefined> {
  const program = [...process.execArgv, process.argv[1] ?? '', ...args]
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = await textOf(child.stdout)
  return output === '' ? undefined : (JSON.parse(output) as SynthReport)
}
