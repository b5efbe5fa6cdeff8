import { stripVTControlCharacters } from 'node:util'

/** Frames of a stack: the sentence stands above them. */
const FRAME =
  /^\s+at (?:async |new )?\S+(?: \[as \w+\])? \(?.*:\d+:\d+\)?|^\s+at [^ ]+:\d+(?::\d+)?\)?(?: \{)?$/

/** The end of a failed command's output that is worth repeating. */
const LINES = 12

/** What npm says beside the point: its list of the packed files, what it tidied, and a log that is gone with the copy. */
const BESIDE_THE_POINT =
  /^npm (?:notice(?: (?:version|filename|package size|unpacked size|shasum|integrity|total files|name):| 📦| Tarball (?:Contents|Details)| [\d.]+ ?[kMG]?B |\s*$)|warn publish (?:npm auto-corrected|errors corrected|".*" was (?:changed|normalized))|error A complete log of this run|warn Unknown \w+ config)/

/** The end of what a failed command printed, without what tells nothing. */
export function tellingEnd(output: string): string {
  return stripVTControlCharacters(output)
    .trimEnd()
    .split('\n')
    .filter((line) => !BESIDE_THE_POINT.test(line) && !FRAME.test(line))
    .slice(-LINES)
    .join('\n')
}
