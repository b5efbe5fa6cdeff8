import type { RefusalResult } from './results.ts'
import type { Stage } from './stage.ts'

/** Attempts at exchanges to look through: more than the largest monorepo has packages. */
export const ATTEMPTS = 1000

/** The refusals of exchanges with the checks behind them, then those of other requests. */
export async function refusalsSince(
  stage: Stage,
  before: { readonly refused: number; readonly at: string },
): Promise<RefusalResult[]> {
  const attempts = (await stage.registry.store.log.attempts({ limit: ATTEMPTS }))
    .filter((attempt) => attempt.at >= before.at && attempt.code !== 'ok')
    .map(({ code, message, checks }) => ({ code, reason: message, checks }))
  const others = stage.refused
    .slice(before.refused)
    // Clients look a new package up before they publish it.
    .filter(
      ({ code }) =>
        code !== 'package_not_found' && !attempts.some((attempt) => attempt.code === code),
    )
    .map(({ code, reason }) => ({ code, reason, checks: [] }))
  const seen = new Set<string>()
  return [...attempts, ...others].filter(({ reason }) => !seen.has(reason) && seen.add(reason))
}
