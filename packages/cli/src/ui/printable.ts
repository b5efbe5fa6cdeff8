/** Control characters, and those that turn the direction of text around. */
const INVISIBLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
/** By these lines a CI takes the rest of the line as a command (GitHub and Forgejo, Azure). */
const COMMAND_AT_START = /^(\s*)(?=::)/
const COMMAND_ANYWHERE = /##\[/g

/** Text from lock files and registries, made safe for terminals and for the logs of a CI. */
function printableText(text: string): string {
  return text
    .replace(INVISIBLE, '�')
    .replace(COMMAND_AT_START, '$1\\')
    .replace(COMMAND_ANYWHERE, '# #[')
}

/** The same with every text in it made {@link printableText}. */
export function printable<Value>(value: Value): Value {
  if (typeof value === 'string') return printableText(value) as Value
  if (Array.isArray(value)) return value.map(printable) as Value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]) => [name, printable(member)])
  return Object.fromEntries(entries) as Value
}
