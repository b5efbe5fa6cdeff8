/** Where `$VAR`, `${…}`, `$(…)`, a pair of backquotes or `${{ … }}` ends that begins at `start`. */
export function expansionEnd(script: string, start: number): number {
  const closedBy = (text: string, from: number): number => {
    const found = script.indexOf(text, from)
    return found < 0 ? script.length : found + text.length
  }
  if (script.startsWith('${{', start)) return closedBy('}}', start + 3)
  if (script.startsWith('${', start)) return closedBy('}', start + 2)
  if (script[start] === '`') return closedBy('`', start + 1)
  if (script.startsWith('$(', start)) return parenthesisEnd(script, start + 1)
  return start + 1
}

/** Where the parenthesis is closed that opens at `start`, quotes and backslashes respected. */
function parenthesisEnd(script: string, start: number): number {
  let depth = 0
  for (let i = start; i < script.length; i++) {
    const char = script[i]
    if (char === '\\') i++
    else if (char === "'") i = quoteEnd(script, "'", i)
    else if (char === '"') i = quoteEnd(script, '"', i)
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return i + 1
  }
  return script.length
}

/** Where the quote is that closes the one at `start`. */
function quoteEnd(script: string, quote: string, start: number): number {
  for (let i = start + 1; i < script.length; i++) {
    if (script[i] === '\\' && quote === '"') i++
    else if (script[i] === quote) return i
  }
  return script.length
}
