import type { ReadText } from '../repository/files.ts'
import { isRecord } from '../repository/json-fields.ts'
import { dependencyVersion } from '../repository/tool-files.ts'
import { hasSharedConfig } from './release-configs.ts'
import { isCertainlyAtLeast, rangeOf } from './tool-version.ts'

const PLUGIN = '@semantic-release/npm'

/**
 * Tells whether an older semantic-release may take a plugin for npm that can exchange ID tokens. It takes the one that
 * it brings, unless the repository forces another on it; the plugins of a shared configuration come with that.
 */
export function mayHaveNewPlugin(directory: string, read: ReadText): boolean {
  if (forcedVersions(read).some(isNew)) return true
  return hasSharedConfig(directory, read) && isInstalled(read)
}

function isNew(version: string): boolean {
  return isCertainlyAtLeast({ range: rangeOf(version) }, '13.0.0')
}

function isInstalled(read: ReadText): boolean {
  const own = dependencyVersion(PLUGIN, read)
  if (own !== undefined && isNew(own.written)) return true
  const locks = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'].map((file) => read(file) ?? '')
  return locks.some((text) => LOCKED.test(text))
}

/** Version 13 or a newer one, as npm, pnpm and Yarn write it. */
const LOCKED =
  /@semantic-release\/npm(?:@|": \{\s*"version": "|@[^\n]*:\n\s+version:? "?)(?:1[3-9]|[2-9]\d)\./

/** What `overrides` and `resolutions` say. */
function forcedVersions(read: ReadText): readonly string[] {
  const manifest = parsed(read('package.json') ?? '')
  const pnpm = isRecord(manifest.pnpm) ? manifest.pnpm.overrides : undefined
  const inWorkspace = /^overrides:\n(?:[ \t]+.*\n|\n)*/m.exec(
    read('pnpm-workspace.yaml') ?? '',
  )?.[0]
  const written = /@semantic-release\/npm["']?:\s*["']?([^"'\s]+)/.exec(inWorkspace ?? '')?.[1]
  const forced = [manifest.overrides, manifest.resolutions, pnpm].flatMap(versionsIn)
  return written === undefined ? forced : [...forced, written]
}

/** npm nests what is meant for one package, Yarn and pnpm write a path. */
function versionsIn(overrides: unknown): readonly string[] {
  if (!isRecord(overrides)) return []
  return Object.entries(overrides).flatMap(([name, value]) => {
    if (typeof value !== 'string') return versionsIn(value)
    return name === PLUGIN || /[/>]@semantic-release\/npm$/.test(name) ? [value] : []
  })
}

function parsed(text: string): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isRecord(manifest) ? manifest : {}
  } catch {
    return {}
  }
}
