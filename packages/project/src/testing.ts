import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { Project } from './project.ts'
import { planSynth } from './synth/plan.ts'

/** A folder that is not there: definitions can be planned in it, but not written. */
export const NOWHERE: string = join(tmpdir(), 'trustpub-project-nowhere')

/** A new empty folder; it is removed when the test is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustpub-project-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files by their paths below `folder`. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** All files below `folder`, by their paths. */
export function readFiles(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  return Object.fromEntries(
    paths.toSorted().map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  )
}

/** A project without a type: it has no files but those that a test adds. */
export function bareProject(outdir: string = NOWHERE): Project {
  return new Project({ name: 'widget', outdir, repository: 'acme/widget' })
}

/** The files of a definition as they would be written to an empty folder. */
export function filesOf(project: Project): Readonly<Record<string, string>> {
  const { changes } = planSynth(project)
  return Object.fromEntries(changes.map(({ path, after = '' }) => [path, after]))
}

export interface ParsedStep {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly run?: string
}

export interface ParsedJob {
  readonly name?: string
  readonly needs?: string | readonly string[]
  readonly if?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly defaults?: unknown
  readonly steps: readonly ParsedStep[]
  readonly [key: string]: unknown
}

export interface ParsedWorkflow {
  readonly name: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly concurrency?: unknown
  readonly jobs: Readonly<Record<string, ParsedJob>>
}

/** The workflows of a definition, by their file names. */
export function workflowsOf(project: Project): Readonly<Record<string, ParsedWorkflow>> {
  const entries = Object.entries(filesOf(project)).flatMap(([path, text]) => {
    const name = /^\.github\/workflows\/(.+)$/.exec(path)?.[1]
    return name === undefined ? [] : [[name, parse(text) as ParsedWorkflow] as const]
  })
  return Object.fromEntries(entries)
}

/** A job of the release workflow. */
export function releaseJob(project: Project, id: string): ParsedJob {
  const job = workflowsOf(project)['release.yml']?.jobs[id]
  if (job === undefined) throw new Error(`The release has no job ${id}.`)
  return job
}

/** A step of a job, by its id. */
export function stepOf({ steps }: ParsedJob, id: string): ParsedStep {
  const step = steps.find((one) => one.id === id)
  if (step === undefined) throw new Error(`The job has no step ${id}.`)
  return step
}

/** Programs that play others: each is a script for sh, whose calls are written down. */
export class Stubs {
  readonly #folder: string = temporaryFolder()

  constructor(scripts: Readonly<Record<string, string>>) {
    for (const [name, script] of Object.entries(scripts)) {
      const log = join(this.#folder, 'calls')
      const text = `#!/bin/sh\nprintf '%s\\n' "${name} $*" >> '${log}'\n${script}\n`
      writeFileSync(join(this.#folder, name), text)
      chmodSync(join(this.#folder, name), 0o755)
    }
  }

  /** Before those of the machine. */
  get path(): string {
    return `${this.#folder}:${process.env.PATH}`
  }

  get calls(): readonly string[] {
    const log = join(this.#folder, 'calls')
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  }
}

/** Runs git in a folder, away from this machine's configuration. */
export function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}
