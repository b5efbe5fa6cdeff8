import type { Registry } from './registry.ts'

/** How often expired things are swept. Nothing depends on it: whatever has expired is refused anyway. */
const SWEEP_EVERY_MS = 10 * 60_000
/** An upload takes less than this; an older blob that no file refers to was left behind by a crash. */
const ORPHAN_AGE_MS = 6 * 3600_000
/** Owners look at refused exchanges within days, not months. */
const KEEP_ATTEMPTS_MS = 30 * 24 * 3600_000

/** Starts the background work of a registry. Several processes may do it at once. */
export function startJobs(registry: Registry): () => Promise<void> {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= sweep(registry)
      .catch((error: unknown) => {
        registry.log.error(
          { error: String(error) },
          'the sweep failed; the next one is in ten minutes',
        )
      })
      .finally(() => {
        running = undefined
      })
  }, SWEEP_EVERY_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** Forgets what has expired and removes blobs that no file refers to. */
export async function sweep({ store, blobs, now }: Registry): Promise<void> {
  const time = now().getTime()
  await store.tokens.sweep(now())
  await store.log.sweep(new Date(time - KEEP_ATTEMPTS_MS))
  for await (const batch of blobs.list(new Date(time - ORPHAN_AGE_MS))) {
    for (const key of await store.packages.orphans(batch)) await blobs.remove(key)
  }
}
