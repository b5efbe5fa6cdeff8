import { isAlwaysOn, parseOptions } from './options.ts'
import type { Variables } from './variables.ts'

/** A command that publishes, or may, in a way that is not read further. */
export interface Unplayed {
  readonly kind: 'unplayed'
  /** A sentence for a person. */
  readonly sentence: string
}

/** Programs that publish, or may, where or what is not told by their command. */
const TOOLS: readonly (readonly [program: string, ...verbs: string[]])[] = [
  ['release-please'],
  ['publib-pypi'],
  ['npm', 'stage'],
  ['dotnet', 'nuget', 'push'],
]

/** Runners of named targets, for targets that stand in a file that is not read. */
const RUNNERS = new Set(['make', 'just', 'task', 'tox', 'nox', 'invoke', 'inv', 'poe', 'ant'])

const PUBLISHING = /(?:^|[^a-z])(?:publish|release|upload)(?:$|[^a-z])/i

/** Scripts that have one of those words in their names and publish no package. */
const NOT_PUBLISHING =
  /codecov|coverage|notes|changelog|prepare[-_.]?release|release[-_.]?(?:version|info|tag)/i

/** Programs that run the file that they are given, behind flags of their own. */
const INTERPRETERS = new Set('node bun deno tsx ts-node python ruby zx'.split(' '))

/** Programs that only mention what they are given. */
const MENTIONS = new Set(
  '[ [[ : alias cat echo export gh git grep jq ls printf read sed test'.split(' '),
)

/** A sentence for a command that publishes in a way the rehearsal does not play, or that hides what it runs. */
export function unplayed(words: readonly string[]): Unplayed | undefined {
  const [program = '', ...rest] = words
  const options = parseOptions(rest, new Set())
  if (isAlwaysOn(options, '--dry-run', '--preview', '--help')) return undefined
  const tool = TOOLS.find(
    ([name, ...verbs]) => name === program && verbs.every((verb, i) => options.rest[i] === verb),
  )
  if (tool !== undefined) return notPlayed(tool.join(' '))
  return indirect(program, rest)
}

/** Programs with a `publish` or a `release` of their own, of something else than packages of npm or Python. */
const OTHERS = new Set(
  'cargo dart deno docker dotnet flutter gem gh git glab gradle helm jsr mvn netlify ovsx pod swift turbo vsce wrangler'.split(
    ' ',
  ),
)

/** A sentence for a program that nobody here knows, which is told to publish and sees a stored token of a registry. */
export function givenToken(words: readonly string[], variables: Variables): Unplayed | undefined {
  const [program = '', ...rest] = words
  const options = parseOptions(rest, new Set())
  const verb = options.rest.find((word) => /^(?:publish|release)(?:[-:]\w+)*$/.test(word))
  const isHanded = [...variables].some(
    ([name, { value }]) => /npm|node_auth|pypi|twine/i.test(name) && /\bsecrets\b/.test(value),
  )
  if (verb === undefined || !isHanded || OTHERS.has(program) || MENTIONS.has(program)) {
    return undefined
  }
  return isAlwaysOn(options, '--dry-run', '--help') ? undefined : hidden(`${program} ${verb}`)
}

/** The sentence for a tool that publishes but is not played yet. */
export function notPlayed(tool: string): Unplayed {
  const sentence = `${tool} releases here; the rehearsal does not play ${tool} yet, so what it uploads is not checked.`
  return { kind: 'unplayed', sentence }
}

function indirect(program: string, rest: readonly string[]): Unplayed | undefined {
  const target = RUNNERS.has(program) ? rest.find(isPublishing) : undefined
  if (target !== undefined) return hidden(`${program} ${target}`)
  const script = /\.(?:sh|bash|[cm]?[jt]s|py|rb)$/
  const given = INTERPRETERS.has(program) ? rest.find((word) => script.test(word)) : rest[0]
  const file = [program, given ?? ''].find((word) => script.test(word) && isPublishing(word))
  if (file !== undefined && !MENTIONS.has(program)) return hidden(file)
  if (MENTIONS.has(program)) return undefined
  const text = ` ${[program, ...rest].join(' ')} `
  const inside = / (npm publish|pnpm publish|yarn npm publish|twine upload|uv publish) /.exec(text)
  if (inside === null) return undefined
  const sentence = `${program} seems to run "${inside[1]}" in a way that cannot be read; write the command by itself so that it can be rehearsed.`
  return { kind: 'unplayed', sentence }
}

function isPublishing(word: string): boolean {
  return PUBLISHING.test(word) && !NOT_PUBLISHING.test(word)
}

function hidden(what: string): Unplayed {
  const sentence = `"${what}" may publish, but what it runs is not in the CI file; write the publish command there so that it can be rehearsed.`
  return { kind: 'unplayed', sentence }
}
