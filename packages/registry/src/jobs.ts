import { signUnsigned } from './domain/signing-keys.ts'
import { removeExpired } from './domain/staging.ts'
import type { Registry } from './registry.ts'

/** How often expired things are swept. Nothing depends on it: whatever has expired is refused anyway. */
const SWEEP_EVERY_MS = 10 * 60_000
/** Another process's clock may be behind this one's, and must not take an ID token for new that is forgotten here. */
const CLOCK_MARGIN_MS = 5 * 60_000
/** Owners look at refused exchanges within days, not months. */
const KEEP_ATTEMPTS_MS = 30 * 24 * 3600_000
/** Every blob is looked at, and there may be very many; what a crash leaves behind can wait. */
const ORPHANS_EVERY_MS = 6 * 3600_000
/** An upload takes less than this; an older blob that no file refers to was left behind by a crash. */
const ORPHAN_AGE_MS = 6 * 3600_000

/** Starts the background work of a registry. Several processes may do it at once. */
export function startJobs(registry: Registry): () => Promise<void> {
  const jobs = [
    repeat(registry, SWEEP_EVERY_MS, sweepExpired),
    repeat(registry, SWEEP_EVERY_MS, (each) => removeExpired(each, each.now())),
    repeat(registry, ORPHANS_EVERY_MS, sweepOrphans),
    repeat(registry, SWEEP_EVERY_MS, async ({ attester }) => attester?.run()),
    begin(registry, ({ store }) => signUnsigned(store)),
  ]
  return async () => {
    for (const stop of jobs) await stop()
  }
}

/** Does `work` once; a failure is logged, and the next start tries again. */
function begin(registry: Registry, work: (registry: Registry) => Promise<void>) {
  const running = work(registry).catch((error: unknown) => {
    registry.log.error({ error: String(error) }, 'work at the start failed; the next start may not')
  })
  return () => running
}

/** Does `work` at intervals, never twice at once; a failure is logged, and the next time comes. */
function repeat(
  registry: Registry,
  everyMs: number,
  work: (registry: Registry) => Promise<void>,
): () => Promise<void> {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work(registry)
      .catch((error: unknown) => {
        registry.log.error({ error: String(error) }, 'a sweep failed; the next one may not')
      })
      .finally(() => {
        running = undefined
      })
  }, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** Forgets ID tokens, API tokens and attempts whose time is over. */
export async function sweepExpired({ store, now }: Registry): Promise<void> {
  const time = now().getTime()
  await store.tokens.sweep(new Date(time - CLOCK_MARGIN_MS))
  await store.log.sweep(new Date(time - KEEP_ATTEMPTS_MS))
}

/** Removes blobs that no file refers to. */
export async function sweepOrphans({ store, blobs, now }: Registry): Promise<void> {
  for await (const batch of blobs.list(new Date(now().getTime() - ORPHAN_AGE_MS))) {
    for (const key of await store.packages.orphans(batch)) await blobs.remove(key)
  }
}
