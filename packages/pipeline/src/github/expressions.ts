/** What an expression stands for where the repository tells: `inputs.dir` → `packages/a`. */
export type Bindings = ReadonlyMap<string, string>

/** Writes the plain references that are bound out: `${{ matrix.dir }}`. All other expressions stay. */
export function substitute(text: string, bindings: Bindings): string {
  return text.replace(
    /\$\{\{\s*([\w.-]+)\s*\}\}/g,
    (written, name: string) => bindings.get(name) ?? written,
  )
}

/** Tells whether a text still holds an expression, whose value only a run knows. */
export function isExpression(text: string): boolean {
  return text.includes('${{')
}

/** The text at the end of `${{ … || 'text' }}`, which the expression is if all before it is empty. */
export function fallbackOf(text: string): string | undefined {
  return /^\$\{\{[^}]*\|\|\s*'([^'{}]+)'\s*\}\}$/.exec(text.trim())?.[1]
}

/** The stored secrets that a text refers to. The `GITHUB_TOKEN` is none: every job is given its own. */
export function secretsIn(text: string): readonly string[] {
  const names: string[] = []
  for (const [, body = ''] of text.matchAll(/\$\{\{(.*?)\}\}/gs)) {
    for (const found of body.matchAll(/\bsecrets(?:\.([\w-]+)|\[\s*'([^']+)'\s*\])/g)) {
      names.push(found[1] ?? found[2] ?? '')
    }
  }
  return names.filter((name) => name.toUpperCase() !== 'GITHUB_TOKEN')
}

/** Tells whether an `if:` switches its job or step off for good. */
export function isFalse(condition: string | undefined): boolean {
  return /^(?:\$\{\{\s*)?false(?:\s*\}\})?$/.test(condition?.trim() ?? '')
}

/**
 * Tells whether an `if:` switches a step off in this row of the matrix: `matrix.node == 24` where it is 20. Only what
 * stands by itself or between `&&` is judged, and only by the matrix: all else is left to the run.
 */
export function isNever(condition: string | undefined, bindings: Bindings): boolean {
  if (condition === undefined || isFalse(condition)) return condition !== undefined
  const text = condition.trim().replace(/^\$\{\{(.*)\}\}$/s, '$1')
  if (/\|\||\$\{\{/.test(text)) return false
  return text.split('&&').some((term) => isFalseTerm(term.trim(), bindings))
}

const OPERAND = String.raw`(matrix\.[\w.-]+|'[^']*'|[\w.]+)`
const COMPARISON = new RegExp(`^${OPERAND}\\s*(==|!=)\\s*${OPERAND}$`)

function isFalseTerm(term: string, bindings: Bindings): boolean {
  const [, negated, name = ''] = /^(!?)\s*(matrix\.[\w.-]+)$/.exec(term) ?? []
  const value = bindings.get(name)
  if (value !== undefined) return (value !== 'false' && value !== '') === (negated === '!')
  const [, left = '', operator, right = ''] = COMPARISON.exec(term) ?? []
  const [a, b] = [left, right].map((one) => literal(one, bindings))
  if (a === undefined || b === undefined || !/matrix\./.test(term)) return false
  return isSame(a, b) === (operator === '!=')
}

function literal(operand: string, bindings: Bindings): string | undefined {
  if (operand.startsWith('matrix.')) return bindings.get(operand)
  if (operand.startsWith("'")) return operand.slice(1, -1)
  return /^(?:[\d.]+|true|false)$/.test(operand) ? operand : undefined
}

/** GitHub compares without regard to case, and numbers by their value. */
function isSame(a: string, b: string): boolean {
  const numbers = [a, b].map((one) => (one.trim() === '' ? Number.NaN : Number(one)))
  return a.toLowerCase() === b.toLowerCase() || numbers[0] === numbers[1]
}
