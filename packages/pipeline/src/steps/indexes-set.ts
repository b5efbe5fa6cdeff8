/** Name of a Python index → the address to which a script tells its client to upload. */
export type IndexesSet = ReadonlyMap<string, string>

/** `poetry config repositories.acme https://…`, `pdm config repository.acme.url https://…`. */
const CONFIGURED =
  /\b(?:poetry|pdm)[ \t]+config[ \t]+(?:--\S+[ \t]+)*["']?repositor(?:ies|y)\.([\w-]+)(?:\.url)?["']?[ \t]+["']?([^\s"']+)/g

/** A section of a `.pypirc`: `[acme]`, and below it `repository = https://…`. */
const SECTION =
  /\[([\w-]+)\](?:(?!\[[\w-]+\])[\s\S])*?(?:\b|\\n)repository[ \t]*[=:][ \t]*["']?([^\s"'\\]+)/g

/** The indexes that a script describes for the commands after it. */
export function indexesSetBy(script: string): IndexesSet {
  const written = script.includes('pypirc') ? [...script.matchAll(SECTION)] : []
  const found = [...script.matchAll(CONFIGURED), ...written]
  return new Map(found.map(([, name = '', url = '']) => [name, url]))
}
