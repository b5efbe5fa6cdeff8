import { hostOf } from '@trustpub/pipeline'
import { type Arguments, UsageError, unknownText } from '../../command.ts'
import { groupsOf, type PackageGroup } from '../groups.ts'
import type { Plan } from '../plan.ts'
import { bareName } from '../registrar.ts'

/**
 * The packages that --package and --registry choose of a plan. One that is no longer planned can be chosen too, where that
 * makes sense, if both are said in full.
 * @throws UsageError
 */
export function chosen(
  plan: Plan,
  args: Arguments,
  unplannedToo: boolean,
): readonly PackageGroup[] {
  const registry = args.text('registry')
  const names = args.texts('package')
  const all = groupsOf(plan.publishers)
  const here = registry === undefined ? all : all.filter((one) => isAt(one, registry))
  const unknown = names.filter((name) => !here.some((group) => isNamed(group, name)))
  const unplanned = unplannedToo ? unknown.flatMap((name) => unplannedGroup(name, registry)) : []
  const [first] = unknown.filter((name) => !unplanned.some((group) => isNamed(group, name)))
  if (first !== undefined) throw new UsageError(unknownPackage(first, here, unplannedToo))
  if (registry !== undefined && here.length === 0 && unplanned.length === 0) {
    const hosts = [...new Set(all.map((group) => hostOf(group.registry)))]
    throw new UsageError(unknownText('planned registry', hostOf(registry), hosts))
  }
  const selected =
    names.length === 0 ? here : here.filter((group) => names.some((name) => isNamed(group, name)))
  return [...selected, ...unplanned]
}

function isAt(group: PackageGroup, registry: string): boolean {
  return hostOf(group.registry) === hostOf(registry)
}

function isNamed(group: PackageGroup, name: string): boolean {
  return group.package === name || bareName(group.package) === name
}

function unplannedGroup(name: string, registry: string | undefined): readonly PackageGroup[] {
  const isWhole = registry !== undefined && /^https?:\/\//.test(registry) && URL.canParse(registry)
  return isWhole && /^(?:npm|pypi):./.test(name) ? [{ package: name, registry, planned: [] }] : []
}

function unknownPackage(
  name: string,
  here: readonly PackageGroup[],
  unplannedToo: boolean,
): string {
  const isWhole = /^(?:npm|pypi):/.test(name)
  const known = new Set(here.map((one) => (isWhole ? one.package : bareName(one.package))))
  const hint = unplannedToo
    ? ' One that is not planned is named in full: --package npm:<name> --registry <url>.'
    : ''
  return `${unknownText('planned package', name, [...known])}${hint}`
}
