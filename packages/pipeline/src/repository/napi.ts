import { field, isRecord } from './json-fields.ts'

/** Tells whether a command of a shell publishes platform packages (napi.rs, "pre-publish"). */
export function publishesPlatforms(command: string): boolean {
  return /\bnapi pre-?publish\b(?!.*--(?:skip-optional-publish|dry-run))/.test(command)
}

/** github.com/napi-rs/napi-rs: what its versions 1 and 2 build for unless they are told not to. */
const DEFAULTS = ['x86_64-pc-windows-msvc', 'x86_64-apple-darwin', 'x86_64-unknown-linux-gnu']

/**
 * The names of the platform packages that the `napi` of a `package.json` asks for: `napi.targets` of version 3,
 * `napi.triples` of those before. Undefined where it asks for none.
 */
export function platformNames(
  { napi }: Readonly<Record<string, unknown>>,
  name: string | undefined,
): readonly string[] | undefined {
  if (!isRecord(napi)) return undefined
  const base = field(napi, 'packageName') ?? field(napi.package, 'name') ?? name
  const platforms = triplesIn(napi).map(platformOf)
  return base === undefined || platforms.length === 0
    ? undefined
    : [...new Set(platforms)].flatMap((one) => (one === undefined ? [] : [`${base}-${one}`]))
}

function triplesIn(napi: Readonly<Record<string, unknown>>): readonly string[] {
  if (Array.isArray(napi.targets)) return textsOf(napi.targets)
  if (!isRecord(napi.triples)) return []
  const added = textsOf(napi.triples.additional)
  return napi.triples.defaults === false ? added : [...DEFAULTS, ...added]
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

const CPUS: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  aarch64: 'arm64',
  i686: 'ia32',
  armv7: 'arm',
  riscv64gc: 'riscv64',
  powerpc64le: 'ppc64',
  s390x: 's390x',
  universal: 'universal',
}

/** `aarch64-unknown-linux-gnu` → `linux-arm64-gnu`; undefined for a triple of another kind. */
function platformOf(triple: string): string | undefined {
  if (triple.startsWith('wasm32-wasi')) return 'wasm32-wasi'
  const [cpu = '', ...rest] = triple.split('-')
  const arch = CPUS[cpu]
  const system = rest.join('-')
  const linux = /^unknown-linux-(\w+)$/.exec(system)?.[1]
  const android = /^linux-android(eabi)?$/.exec(system)
  if (arch === undefined) return undefined
  if (system === 'apple-darwin') return `darwin-${arch}`
  if (system === 'pc-windows-msvc' || system === 'pc-windows-gnu')
    return `win32-${arch}-${system.slice(11)}`
  if (system === 'unknown-freebsd') return `freebsd-${arch}`
  if (android !== null) return `android-${arch}${android[1] === undefined ? '' : '-eabi'}`
  return linux === undefined ? undefined : `linux-${arch}-${linux}`
}
