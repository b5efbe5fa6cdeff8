import { parseOptions } from './options.ts'

/** Node's release lines by their code names, as `lts/…` writes them. */
const LTS: Readonly<Record<string, number>> = {
  hydrogen: 18,
  iron: 20,
  jod: 22,
  krypton: 24,
}

/** npm 11.5.1 is the first that exchanges ID tokens (docs.npmjs.com, "Trusted publishing"); Node 24.5 brings it. */
const NODE_WITH_OIDC = [24, 5] as const
const NPM_WITH_OIDC = [11, 5, 1] as const

const REMEDY = 'set up Node 24, or run `npm install -g npm@11` before the publish'

/**
 * Why the npm that comes with a version of Node cannot exchange ID tokens. Undefined if it can, or if the version is
 * written in a way that leaves it open (a range, `lts/*`, an expression).
 * @param node as `node-version` of actions/setup-node or the tag of a `node` image writes it
 */
export function incapableNode(node: string): string | undefined {
  const lts = /^lts\/([a-z]+)$/i.exec(node.trim())?.[1]?.toLowerCase()
  const numbers = lts === undefined ? numbersOf(node) : lts in LTS ? [LTS[lts] ?? 0] : []
  // `24` and `24.x` are the newest of that line.
  if (numbers.length === 0 || !isBelow(numbers, NODE_WITH_OIDC.slice(0, numbers.length))) {
    return undefined
  }
  return `Node ${node.trim()} comes with an npm older than ${NPM_WITH_OIDC.join('.')}, which cannot exchange ID tokens: ${REMEDY}.`
}

/**
 * Tells whether a command installs npm itself for the commands after it, and whether that one is too old.
 * @returns undefined for every other command
 */
export function installedNpm(
  words: readonly string[],
): { readonly incapable: string | undefined } | undefined {
  const [program, ...rest] = words
  const options = parseOptions(rest, new Set(['--prefix', '--registry']))
  const [verb, ...packages] = options.rest
  const installs = ['install', 'i', 'add', 'update', 'up', 'upgrade'].includes(verb ?? '')
  const isGlobal = ['-g', '--global', '--location'].some((flag) => options.flags.has(flag))
  if (program !== 'npm' || !installs || !isGlobal) return undefined
  const wanted = packages.find((name) => /^npm(?:@|$)/.test(name))
  return wanted === undefined ? undefined : { incapable: incapableNpm(wanted.slice('npm@'.length)) }
}

/** Why a version of npm, as it is asked for (`10`, `^11.4.0`), cannot exchange ID tokens. */
export function incapableNpm(version: string): string | undefined {
  const numbers = numbersOf(version.replace(/^[\^~]/, ''))
  // `11` and `^11.4` may bring any later 11.
  const compared = /^\^/.test(version) ? numbers.slice(0, 1) : numbers
  if (compared.length === 0 || !isBelow(compared, NPM_WITH_OIDC.slice(0, compared.length))) {
    return undefined
  }
  return `npm ${version} cannot exchange ID tokens, ${NPM_WITH_OIDC.join('.')} is the first that can: ${REMEDY}.`
}

/** `v22.x` → [22]; nothing for what is no plain version. */
function numbersOf(version: string): readonly number[] {
  const plain = /^v?(\d+(?:\.\d+){0,2})(?:\.[x*])*$/i.exec(version.trim())?.[1]
  return plain === undefined ? [] : plain.split('.').map(Number)
}

function isBelow(numbers: readonly number[], floor: readonly number[]): boolean {
  for (const [at, least] of floor.entries()) {
    const number = numbers[at] ?? 0
    if (number !== least) return number < least
  }
  return false
}
