import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuse } from './errors.ts'

/** A line of a file that a person wrote. */
interface Frame {
  readonly file: string
  readonly line: string
}

export interface Whereabouts {
  readonly definition: string
  /** The folder whose files are the person's own. */
  readonly root: string
  /** Folders within it that are not. */
  readonly foreign: readonly string[]
  /** Where the person is: paths are shown relative to it. */
  readonly cwd: string
}

/** What a definition threw, as an error that names file and line of the definition and nothing of our internals. */
export function failureOf(thrown: unknown, whereabouts: Whereabouts): Error {
  const message = messageOf(thrown)
  const frames = framesOf(thrown, whereabouts)
  const [first, ...callers] = frames.map(({ file, line }) => {
    return `${relative(whereabouts.cwd, file)}:${line}`
  })
  const place = first ?? relative(whereabouts.cwd, whereabouts.definition)
  const called = callers.map((caller) => `\n  called from ${caller}`).join('')
  return refuse('definition_failed', { place, message: message + called })
}

/** The first line tells what happened; further ones hold places and lists of modules, which are told otherwise. */
function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return `${thrown}`
  const { name, message } = thrown as Error
  const text = String(message).split('\n', 1)[0]?.trim() ?? ''
  return name === 'ProjectError' || name === 'Error' || text.startsWith(name)
    ? text
    : `${name}: ${text}`
}

/** `/a/b.ts:12:5` or `file:///a/b.ts:12:5`, in brackets or at the end of a line. */
const PLACE = /(file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^\n()]*?):(\d+)(?::\d+)?(?=[)\s]|$)/g

function framesOf(thrown: unknown, { root, foreign }: Whereabouts): readonly Frame[] {
  if (typeof thrown !== 'object' || thrown === null) return []
  const { stack, message } = thrown as { stack?: unknown; message?: unknown }
  const frames: Frame[] = []
  // Parsers write the place into the message, and some of their errors have no stack.
  for (const [, scheme, path = '', line = ''] of `${message}\n${stack ?? ''}`.matchAll(PLACE)) {
    const file = scheme === undefined ? path : fileURLToPath(scheme + path)
    const known = frames.some((frame) => frame.file === file && frame.line === line)
    if (!known && isWithin(root, file) && !foreign.some((folder) => isWithin(folder, file))) {
      if (!/(?:^|[\\/])node_modules[\\/]/.test(relative(root, file))) frames.push({ file, line })
    }
  }
  return frames
}

function isWithin(folder: string, file: string): boolean {
  const path = relative(folder, file)
  return path !== '' && !path.startsWith('..')
}
