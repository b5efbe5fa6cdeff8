/** A change of one file: the text between two offsets becomes another. Everything outside stays, byte for byte. */
export interface Edit {
  /** Relative to the root. */
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A file of the repository with its text, which edits are made for. */
export interface SourceFile {
  readonly file: string
  readonly text: string
}

/**
 * Applies the edits of one file. The same edit twice counts once, as jobs share what an anchor stands for; insertions
 * at one place keep their order.
 * @throws RangeError if two edits change the same text in different ways
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let position = 0
  for (const { start, end, text: replacement } of inOrder(edits)) {
    if (start < position) throw new RangeError(`Two edits change the text at offset ${start}`)
    result += text.slice(position, start) + replacement
    position = end
  }
  return result + text.slice(position)
}

/** Tells whether edits can be applied together. */
export function agree(edits: readonly Edit[]): boolean {
  const byFile = grouped(inOrder(edits))
  return [...byFile.values()].every((ofFile) =>
    ofFile.every(({ start }, at) => at === 0 || start >= (ofFile[at - 1]?.end ?? 0)),
  )
}

function grouped(edits: readonly Edit[]): ReadonlyMap<string, readonly Edit[]> {
  const byFile = new Map<string, Edit[]>()
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit])
  return byFile
}

function inOrder(edits: readonly Edit[]): readonly Edit[] {
  const distinct = new Map(edits.map((edit) => [JSON.stringify(edit), edit]))
  // Sorting is stable, so that what is inserted at one place stays in its order.
  return [...distinct.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Offset of the first character of the line that an offset is on. */
export function lineStart(text: string, offset: number): number {
  // An offset below 0 would count as 0.
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Offset behind the line break of the line that an offset is on; the end of the text if it is the last. */
export function lineEnd(text: string, offset: number): number {
  const found = text.indexOf('\n', offset)
  return found < 0 ? text.length : found + 1
}

/** The line break of a text, so that new lines look like the old ones. */
export function lineBreak(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n'
}
