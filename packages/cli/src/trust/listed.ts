import type { RecordedPublisher } from '@trustpub/identity'
import { compared, type Difference, differences } from './compare.ts'
import type { PackageGroup } from './groups.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { Registrars } from './registrars.ts'

export type State = 'same' | 'differs' | 'missing' | 'surplus' | 'unknown'

/** A publisher at a registry, beside what is planned for its package. */
export interface Listed {
  readonly package: string
  readonly registry: string
  readonly state: State
  readonly planned?: RecordedPublisher
  readonly configured?: Configured
  readonly differences?: readonly Difference[]
  /** Why it is not known, or why there is none. */
  readonly reason?: string
  /** Of the refusal, if that is the reason. */
  readonly code?: string
}

/** What the registries have for packages, compared with the plan. What cannot be asked for is `unknown`. */
export async function listAll(
  groups: readonly PackageGroup[],
  registrars: Registrars,
): Promise<readonly Listed[]> {
  const listed: Listed[] = []
  for (const group of groups) {
    const rows = await registrars.with(
      group,
      (registrar) => listedAt(group, registrar),
      ({ code, message }) => withoutList(group, message, code),
    )
    listed.push(...rows)
  }
  return listed
}

async function listedAt(
  group: PackageGroup,
  registrar: Registrar | undefined,
): Promise<readonly Listed[]> {
  if (registrar === undefined) return withoutList(group, 'it has no API for this')
  const there = await registrar.list(group.package)
  const { same, differing, missing, surplus } = compared(there, group.planned, (one, wanted) =>
    differences(one, wanted, registrar.granted),
  )
  const { package: name, registry } = group
  const base = { package: name, registry }
  return [
    ...same.map((pair) => ({
      ...base,
      state: 'same' as const,
      planned: pair.wanted,
      configured: pair.there,
    })),
    ...differing.map((pair) => ({
      ...base,
      state: 'differs' as const,
      planned: pair.wanted,
      configured: pair.there,
      differences: pair.found,
    })),
    ...missing.map((planned) => ({ ...base, state: 'missing' as const, planned })),
    ...surplus.map((configured) => ({ ...base, state: 'surplus' as const, configured })),
  ]
}

function withoutList(
  { package: name, registry, planned }: PackageGroup,
  reason: string,
  code?: string,
): readonly Listed[] {
  const state = code === 'trust_package_missing' ? 'missing' : 'unknown'
  const row = {
    package: name,
    registry,
    state,
    reason,
    ...(code !== undefined && { code }),
  } as const
  return planned.length === 0 ? [row] : planned.map((one) => ({ ...row, planned: one }))
}
