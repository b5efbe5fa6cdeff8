import type { Ui } from '../ui/ui.ts'

/** A unified diff, coloured as git does it. */
export function colouredDiff(diff: string, colour: Ui['colour']): string {
  const lines = diff.trimEnd().split('\n')
  const start = lines.findIndex((line) => line.startsWith('@@'))
  const coloured = lines.map((line, index) => {
    if (start < 0 || index < start) return colour.bold(line)
    if (line.startsWith('@@')) return colour.cyan(line)
    if (line.startsWith('+')) return colour.green(line)
    return line.startsWith('-') ? colour.red(line) : line
  })
  return coloured.join('\n')
}
