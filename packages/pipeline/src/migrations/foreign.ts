import { KNOWN_HOSTS } from '../checks/unknown-host.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, TRUSTING, uploadsOf } from '../release.ts'
import type { Left } from './migration.ts'

/** The host of a repository whose ID tokens the public registries do not know, if it publishes to one of them. */
export function foreignHost(release: Release): string | undefined {
  const { host } = release.pipeline.repository
  const isPublic = uploadsOf(release).some(({ registry }) => TRUSTING.includes(hostOf(registry)))
  return host !== undefined && isPublic && !KNOWN_HOSTS.test(host) ? host : undefined
}

/** What is said of such a repository. */
export function foreign(release: Release): readonly Left[] {
  const host = foreignHost(release)
  const [upload] = uploadsOf(release)
  if (host === undefined || upload === undefined) return []
  const sentence = `Nothing is changed: the repository is at ${host}, and npmjs.com and PyPI take ID tokens of github.com and gitlab.com only. Publish from a mirror there, or keep the stored token.`
  return [{ place: upload.step.place, sentence }]
}
