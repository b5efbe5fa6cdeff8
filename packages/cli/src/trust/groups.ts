import type { RecordedPublisher } from '@trustpub/identity'

/** What is planned for one package at one registry. */
export interface PackageGroup {
  readonly package: string
  readonly registry: string
  readonly planned: readonly RecordedPublisher[]
}

/** Items by a key, in the order in which keys come up. */
export function groupedBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? []
    group.push(item)
    groups.set(keyOf(item), group)
  }
  return groups
}

/** By package and registry, in the order of the plan. */
export function groupsOf(publishers: readonly RecordedPublisher[]): readonly PackageGroup[] {
  const key = (one: RecordedPublisher) => JSON.stringify([one.package, one.registry])
  return [...groupedBy(publishers, key).values()].flatMap((planned) => {
    const [first] = planned
    return first === undefined
      ? []
      : [{ package: first.package, registry: first.registry, planned }]
  })
}
