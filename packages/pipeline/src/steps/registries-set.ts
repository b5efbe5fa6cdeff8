/** Scope (`@acme`, or empty for every package) → the registry that a script sets for it. */
export type RegistriesSet = ReadonlyMap<string, string>

/** `npm config set @acme:registry https://…`. */
const SET =
  /\b(?:npm|pnpm)[ \t]+(?:config[ \t]+)?set[ \t]+(?:--\S*[ \t]+)*["']?(?:(@[^\s:="']+):)?registry["']?(?:[ \t]*=[ \t]*|[ \t]+)["']?([^\s"']+)/g

/** `@acme:registry=https://…`, as it stands in an `.npmrc` and in what writes one. */
const WRITTEN = /(?:^|["'\s]|\\n)(?:(@[^\s:="']+):)?registry[ \t]*=[ \t]*["']?([^\s"'\\]+)/gm

/** The registries that a script writes into npm's settings for the commands after it. */
export function registriesSetBy(script: string): RegistriesSet {
  const written = script.includes('.npmrc') ? [...script.matchAll(WRITTEN)] : []
  const found = [...script.matchAll(SET), ...written]
  return new Map(found.map(([, scope = '', registry = '']) => [scope, registry]))
}

/** The registry that was set for the scope of a package; a scope that only a run knows may be that of any. */
export function registryFor(
  name: string | undefined,
  set: RegistriesSet | undefined,
): string | undefined {
  const scope = /^@[^/]+/.exec(name ?? '')?.[0]
  if (scope === undefined || set === undefined) return undefined
  const open = [...set.keys()].find((key) => key.includes('$'))
  return set.get(scope) ?? (open === undefined ? undefined : set.get(open))
}
