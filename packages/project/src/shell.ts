/** A text as one word of a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The same, but as it is where no shell would see more than letters in it. */
export function word(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : quoted(text)
}
