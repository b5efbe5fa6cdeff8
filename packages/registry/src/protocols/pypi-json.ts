import type { Package, Release, ReleaseFile } from '../domain/model.ts'
import { readPep440 } from '../domain/pep440.ts'
import { compareVersions, filePath } from './pypi-simple.ts'

/**
 * The main members of PyPI's JSON API (https://docs.pypi.org/api/json/): `info` and `urls` of one release, and the
 * files of all releases where no release was asked for.
 * @param origin of the addresses in it
 */
export function projectJson(
  pkg: Package,
  releases: readonly Release[],
  shown: Release,
  options: { readonly origin: string; readonly all: boolean },
): Record<string, unknown> {
  const filesOf = (release: Release) =>
    release.files.map((file) => fileJson(pkg, file, options.origin))
  const sorted = releases.toSorted((a, b) => compareVersions(a.version, b.version))
  return {
    info: infoJson(pkg, shown),
    last_serial: pkg.revision,
    ...(options.all
      ? { releases: Object.fromEntries(sorted.map((each) => [each.version, filesOf(each)])) }
      : {}),
    urls: filesOf(shown),
    vulnerabilities: [],
  }
}

/** The release that is shown for a project: the newest, but rather none that is yanked or a pre-release. */
export function latestRelease(releases: readonly Release[]): Release | undefined {
  const rank = (release: Release) => (isYanked(release) ? 0 : isPreRelease(release) ? 1 : 2)
  return releases
    .toSorted((a, b) => rank(a) - rank(b) || compareVersions(a.version, b.version))
    .at(-1)
}

function isYanked({ files }: Release): boolean {
  return files.length > 0 && files.every((file) => file.yanked !== undefined)
}

function isPreRelease({ version }: Release): boolean {
  const parsed = readPep440(version)
  return parsed?.pre !== undefined || parsed?.dev !== undefined
}

function infoJson(pkg: Package, release: Release): Record<string, unknown> {
  const reason = isYanked(release) ? release.files[0]?.yanked : undefined
  return {
    classifiers: [],
    description: '',
    requires_dist: null,
    requires_python: null,
    project_urls: null,
    ...release.manifest,
    name: pkg.name,
    version: release.version,
    yanked: isYanked(release),
    yanked_reason: reason || null,
  }
}

function fileJson(pkg: Package, file: ReleaseFile, origin: string): Record<string, unknown> {
  return {
    filename: file.filename,
    url: origin + filePath(pkg, file.filename),
    packagetype: file.kind === 'wheel' ? 'bdist_wheel' : 'sdist',
    size: file.size,
    digests: file.digests,
    requires_python: file.requiresPython ?? null,
    upload_time_iso_8601: file.uploadedAt,
    yanked: file.yanked !== undefined,
    yanked_reason: file.yanked || null,
  }
}
