import { isDeepStrictEqual } from 'node:util'
import { findProvider } from '@trustpub/identity'
import type { Rule } from './registrar.ts'

/** A point on which two publishers do not agree; undefined where one says nothing. */
export interface Difference {
  readonly field: string
  readonly there: string | undefined
  readonly wanted: string | undefined
}

/** What is different in a publisher that is there from the one that is wanted. `granted` is what all may do there. */
export function differences(
  there: Rule,
  wanted: Rule,
  granted: Rule['permissions'] = [],
): readonly Difference[] {
  if (there.provider !== wanted.provider) {
    return [{ field: 'provider', there: there.provider, wanted: wanted.provider }]
  }
  const rows: Difference[] = [
    { field: 'issuer', there: issuerOf(there), wanted: issuerOf(wanted) },
    ...[...new Set([...Object.keys(there.fields), ...Object.keys(wanted.fields)])].map((field) => ({
      field,
      there: there.fields[field],
      wanted: wanted.fields[field],
    })),
    {
      field: 'permissions',
      // What is granted to all is no reason to change one.
      there: listed(
        there.permissions.filter(
          (one) => wanted.permissions.includes(one) || !granted.includes(one),
        ),
      ),
      wanted: listed(wanted.permissions),
    },
  ]
  return rows.filter((row) => !isDeepStrictEqual(row.there, row.wanted))
}

function issuerOf({ provider, issuer }: Rule): string | undefined {
  if (issuer !== undefined) return issuer
  try {
    return findProvider(provider).issuer
  } catch {
    // A kind of CI that only the registry knows.
    return undefined
  }
}

function listed(permissions: Rule['permissions']): string {
  return [...permissions].toSorted().join(', ')
}

/** "workflow old.yml, recorded release.yml" */
export function spelled(found: readonly Difference[], wantedIs = 'recorded'): string {
  const named = (value: string | undefined) => (value ? value : 'none')
  return found
    .map(({ field, there, wanted }) => `${field} ${named(there)}, ${wantedIs} ${named(wanted)}`)
    .join('; ')
}

/** "github: repository acme/widget, workflow release.yml; may publish" */
export function described({ provider, issuer, fields, permissions }: Rule): string {
  const words = Object.entries(fields).map(([field, value]) => `${field} ${value}`)
  const of = issuer === undefined ? '' : ` (${issuer})`
  return `${provider}${of}: ${words.join(', ')}; may ${permissions.join(' and ') || 'do nothing'}`
}

/** What is there beside what is wanted, for one package. */
export interface Comparison<There extends Rule, Wanted extends Rule> {
  readonly same: readonly { readonly there: There; readonly wanted: Wanted }[]
  /** Each with the one that is most like it. */
  readonly differing: readonly {
    readonly there: There
    readonly wanted: Wanted
    readonly found: readonly Difference[]
  }[]
  readonly missing: readonly Wanted[]
  readonly surplus: readonly There[]
}

/** Finds what belongs together: equals first, then whatever differs least. */
export function compared<There extends Rule, Wanted extends Rule>(
  allThere: readonly There[],
  allWanted: readonly Wanted[],
  differencesOf: (there: There, wanted: Wanted) => readonly Difference[],
): Comparison<There, Wanted> {
  const pairs = allThere
    .flatMap((there) =>
      allWanted.map((wanted) => ({ there, wanted, found: differencesOf(there, wanted) })),
    )
    .toSorted((a, b) => a.found.length - b.found.length)
  const taken = new Set<There | Wanted>()
  const chosen = pairs.filter(({ there, wanted }) => {
    if (taken.has(there) || taken.has(wanted)) return false
    taken.add(there).add(wanted)
    return true
  })
  return {
    same: chosen.filter(({ found }) => found.length === 0),
    differing: chosen.filter(({ found }) => found.length > 0),
    missing: allWanted.filter((one) => !taken.has(one)),
    surplus: allThere.filter((one) => !taken.has(one)),
  }
}
