import { stripVTControlCharacters } from 'node:util'

/** Rows as text with aligned columns; the width of a cell does not count colour codes. */
export function table(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join(gap)
      .trimEnd(),
  )
}

function width(text: string): number {
  return stripVTControlCharacters(text).length
}
