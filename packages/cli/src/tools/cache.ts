import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Where tools are kept between runs: `$TRUSTPUB_CACHE`, or `trustpub` in the user's cache folder. */
export function cacheFolder(): string {
  const { TRUSTPUB_CACHE, XDG_CACHE_HOME } = process.env
  return TRUSTPUB_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'trustpub')
}

/** Variables that let package managers keep what they download, where they run with an empty home folder. */
export function downloadCaches(): Readonly<Record<string, string>> {
  const folder = join(cacheFolder(), 'downloads')
  return {
    npm_config_cache: join(folder, 'npm'),
    pnpm_config_store_dir: join(folder, 'pnpm'),
    YARN_GLOBAL_FOLDER: join(folder, 'yarn'),
    YARN_CACHE_FOLDER: join(folder, 'yarn', 'cache'),
    PIP_CACHE_DIR: join(folder, 'pip'),
  }
}

/**
 * The folder `name` in the cache; `fill` makes its content on first use. It appears whole or not at all: two runs at
 * once both fill a folder of their own, and the first one stays.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (await exists(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const filling = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`))
  try {
    await fill(filling)
    await rename(filling, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error
    })
    return folder
  } finally {
    await rm(filling, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
