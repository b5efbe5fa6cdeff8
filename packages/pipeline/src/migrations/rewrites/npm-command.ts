import type { PublishStep } from '../../model.ts'
import type { Release } from '../../release.ts'
import type { NpmManifest } from '../../repository/manifest-npm.ts'

/** The tarball that bun packs, with the versions of workspaces in place. */
const TARBALL = 'package.tgz'

/** What becomes of a flag under npm: the same, nothing at all; every other has no counterpart. */
interface Flags {
  readonly kept: ReadonlySet<string>
  readonly dropped: ReadonlySet<string>
  /** Those that take the next word. */
  readonly valued: ReadonlySet<string>
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const SHARED = '--access --tag --otp --registry --ignore-scripts --silent --verbose'

const YARN_1: Flags = {
  kept: set(`${SHARED} --json`),
  dropped: set(
    '--non-interactive --no-git-tag-version --no-git-reset --no-commit-hooks --frozen-lockfile --no-progress --network-timeout --network-concurrency -s',
  ),
  valued: set(
    '--access --tag --otp --registry --cwd --new-version --message --network-timeout --network-concurrency',
  ),
}

const BUN: Flags = {
  kept: set(`${SHARED} --auth-type`),
  dropped: set(
    '-p --production --no-save --save --frozen-lockfile --no-progress --no-summary --no-verify --no-cache --gzip-level --cache-dir --backend --concurrent-scripts --network-concurrency',
  ),
  valued: set(
    '--access --tag --otp --registry --auth-type --cwd -c --config --gzip-level --cache-dir --backend --concurrent-scripts --network-concurrency',
  ),
}

/** Words of a command as they are written, quotes included. */
const WORD = /(?:"[^"]*"|'[^']*'|\$\{\{.*?\}\}|[^\s"'])+/g

/** `npm publish …` that does what a command of Yarn 1 does; undefined where npm has nothing like it. */
export function insteadOfYarn(text: string): string | undefined {
  const found = /^((?:npx\s+)?yarn(?:pkg)?(?:@1[\d.]*)?)\s+(.*?\s)??publish\b(.*)$/s.exec(text)
  if (found === null) return undefined
  const [, , before = '', after = ''] = found
  const where = placeOf(before.trim())
  const flags = translated(after, YARN_1)
  return where === undefined || flags === undefined
    ? undefined
    : ['npm publish', ...where, ...flags].join(' ')
}

/** `yarn workspace <name>` and `yarn --cwd <directory>`, as npm says it. */
function placeOf(before: string): readonly string[] | undefined {
  if (before === '') return []
  const workspace = /^workspace\s+(\S+)$/.exec(before)?.[1]
  if (workspace !== undefined) return ['--workspace', workspace]
  const directory = /^--cwd[= ](?:\.\/)?([\w@][\w@./-]*)$/.exec(before)?.[1]
  return directory === undefined ? undefined : [`./${directory}`]
}

/** The same for bun, which packs first where only bun knows the versions that go into the tarball. */
export function insteadOfBun(
  { text, packages }: PublishStep,
  release: Release,
): string | undefined {
  const after = /^(?:bunx?\s+)?bun\s+publish\b(.*)$/s.exec(text)?.[1]
  const flags = after === undefined ? undefined : translated(after, BUN)
  const manifests = release.manifests.npm.filter(({ directory }) => packages.includes(directory))
  if (flags === undefined) return undefined
  if (!manifests.some((one) => usesProtocols(one, release)))
    return ['npm publish', ...flags].join(' ')
  // npm runs no scripts for a tarball, and bun runs this one only when it publishes itself.
  const scripts = manifests.map((one) => one.scripts)
  if (scripts.some((one) => one.has('publish') || one.has('postpublish'))) return undefined
  const first =
    scripts.some((one) => one.has('prepublishOnly')) && !flags.includes('--ignore-scripts')
  const pack = flags.includes('--ignore-scripts') ? ' --ignore-scripts' : ''
  return [
    ...(first ? ['bun run prepublishOnly'] : []),
    `bun pm pack${pack} --filename ${TARBALL}`,
    ['npm publish', `./${TARBALL}`, ...flags].join(' '),
  ].join(' && ')
}

/** Versions that only bun puts in while it packs. */
function usesProtocols({ file }: NpmManifest, { source }: Release): boolean {
  return /":\s*"(?:workspace|catalog):/.test(source(file)?.text ?? '')
}

function translated(written: string, flags: Flags): readonly string[] | undefined {
  const words = written.match(WORD) ?? []
  const kept: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const name = word.replace(/=.*$/s, '')
    const count = flags.valued.has(name) && !word.includes('=') ? 2 : 1
    const isOption = word.startsWith('-')
    if (isOption && !flags.kept.has(name) && !flags.dropped.has(name)) return undefined
    if (!flags.dropped.has(name)) kept.push(...words.slice(at, at + count))
    at += count - 1
  }
  return kept
}
