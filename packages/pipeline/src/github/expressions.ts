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
