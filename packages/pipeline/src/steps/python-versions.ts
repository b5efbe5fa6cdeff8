import type { ToolVersion } from '../job.ts'
import type { Place } from '../place.ts'
import { rangeOf } from './tool-version.ts'

/** The Python that actions/setup-python is asked for; undefined where it is asked for several, or for PyPy. */
export function pythonAsked(written: string, place: Place): ToolVersion | undefined {
  return /^\s*\d[\w.]*\s*$/.test(written)
    ? { written: written.trim(), range: rangeOf(written), place, from: 'setup' }
    : undefined
}

/** The Python of `python:3.12-slim`. */
export function pythonOfImage(image: string, place: Place): ToolVersion | undefined {
  const written = /(?:^|\/)python:(\d+(?:\.\d+)*)/.exec(image)?.[1]
  return written === undefined
    ? undefined
    : { written, range: rangeOf(written), place, from: 'image' }
}
