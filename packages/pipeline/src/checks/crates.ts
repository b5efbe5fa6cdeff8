import { posix } from 'node:path'
import type { Release, TrustedUpload } from '../release.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { valuedFlags } from '../steps/commands.ts'
import { flagValue, parseOptions } from '../steps/options.ts'

/** A crate of which wasm-pack makes the package that is published: its package.json says what Cargo.toml says. */
export interface Crate {
  /** As npm will see it. */
  readonly manifest: NpmManifest
  readonly line: number
}

const VALUED = new Set(
  '--target -t --out-dir -d --out-name --scope -s --mode -m --profile'.split(' '),
)

/** The crate whose package an upload publishes, unless a command of the job writes another package.json. */
export function crateOf({ job, step }: TrustedUpload, release: Release): Crate | undefined {
  const commands = job.steps.flatMap((one) => one.commands)
  if (step.ecosystem !== 'npm' || commands.some(({ text }) => REPLACES.test(text))) return undefined
  const [target = '.'] = parseOptions(step.args, valuedFlags(step.client)).rest
  const published = posix.join(step.directory, target)
  for (const { words, directory } of commands) {
    if (words[0] !== 'wasm-pack' || words[1] !== 'build' || directory === undefined) continue
    const options = parseOptions(words.slice(2), VALUED)
    const crate = posix.join(directory, options.rest[0] ?? '.')
    const out = posix.join(crate, flagValue(options, '--out-dir', '-d') ?? 'pkg')
    if (out === published.replace(/\/$/, '')) return readCrate(crate, out, release)
  }
  return undefined
}

/** Another package.json in the place of the one that wasm-pack writes, or another repository in it. */
const REPLACES = /\b(?:cp|mv|rsync)\b.*\.json|\brepository\b/

function readCrate(directory: string, out: string, { source }: Release): Crate | undefined {
  const file = posix.join(directory, 'Cargo.toml')
  const own = source(file)?.text
  const table = own && tableIn(own, 'package')
  if (table === undefined || table === '') return undefined
  const [, written, inherited] = REPOSITORY.exec(table) ?? []
  const root =
    inherited === undefined
      ? undefined
      : tableIn(source('Cargo.toml')?.text ?? '', 'workspace.package')
  const at = root === undefined ? file : 'Cargo.toml'
  const repository = written ?? REPOSITORY.exec(root ?? '')?.[1]
  const lines = (source(at)?.text ?? '').split('\n')
  return {
    manifest: {
      ecosystem: 'npm',
      file: at,
      directory: out,
      name: /^name\s*=\s*"([^"]+)"/m.exec(table)?.[1] ?? directory,
      private: false,
      scripts: new Map(),
      workspaces: [],
      publishConfig: new Map(),
      npmrc: new Map(),
      ...(repository !== undefined && { repository }),
    },
    line:
      Math.max(
        0,
        lines.findIndex((line) => /^repository\b/.test(line)),
      ) + 1,
  }
}

const REPOSITORY =
  /^repository\s*(?:=\s*"([^"]*)"|(\.workspace\s*=\s*true|=\s*\{\s*workspace\s*=\s*true))/m

/** The lines of a table of TOML. */
function tableIn(text: string, name: string): string {
  const start = text.search(new RegExp(`^\\[${name.replace('.', '\\.')}\\]`, 'm'))
  if (start < 0) return ''
  const rest = text.slice(start + 1)
  const end = rest.search(/^\[/m)
  return end < 0 ? rest : rest.slice(0, end)
}
