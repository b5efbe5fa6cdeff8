import type { Account, Package, PublishedBy, Release, ReleaseFile } from '../domain/model.ts'
import { integrityOf } from '../domain/signing-keys.ts'

/** What a packument is made from. */
export interface PackumentParts {
  readonly package: Package
  readonly releases: readonly Release[]
  readonly tags: Readonly<Record<string, string>>
  readonly owners: readonly Account[]
  /** The address under which clients fetch tarballs, without a slash at the end. */
  readonly origin: string
}

type Json = Record<string, unknown>

/** Content type of the abbreviated form, `application/vnd.npm.install-v1+json` in full. */
export const ABBREVIATED = 'application/vnd.npm.install-v1+json'

/** Members of a version that installers read (npm's package metadata format). */
const ABBREVIATED_MEMBERS = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bin',
  'directories',
  'engines',
  'os',
  'cpu',
  'libc',
  'hasInstallScript',
  '_hasShrinkwrap',
  'funding',
  'dist',
]

/** The full packument: what `npm install` and `npm view` read. */
export function fullPackument(parts: PackumentParts): Json {
  const { package: pkg, releases, tags, owners } = parts
  const latest = releases.find((release) => release.version === tags.latest) ?? releases.at(-1)
  const { description, homepage, keywords, repository, author, bugs, license, readme } =
    latest?.manifest ?? {}
  return {
    _id: pkg.name,
    _rev: revisionText(pkg),
    name: pkg.name,
    description,
    'dist-tags': tags,
    versions: Object.fromEntries(
      releases.map((release) => [release.version, versionOf(parts, release)]),
    ),
    time: {
      created: pkg.createdAt,
      modified: pkg.updatedAt,
      ...Object.fromEntries(releases.map((release) => [release.version, release.publishedAt])),
    },
    maintainers: owners.map(({ name }) => ({ name, email: '' })),
    homepage,
    keywords,
    repository,
    author,
    bugs,
    license,
    readme: readme ?? '',
  }
}

/** The abbreviated packument: what resolvers need, and no more. */
export function abbreviatedPackument(parts: PackumentParts): Json {
  const { package: pkg, releases, tags } = parts
  const versions = releases.map((release) => {
    const version = versionOf(parts, release)
    const members = ABBREVIATED_MEMBERS.filter((member) => version[member] !== undefined)
    return [release.version, Object.fromEntries(members.map((member) => [member, version[member]]))]
  })
  return {
    name: pkg.name,
    modified: pkg.updatedAt,
    'dist-tags': tags,
    versions: Object.fromEntries(versions) as Json,
  }
}

/** CouchDB's `_rev`, which npm sends back with changes to the whole packument. */
export function revisionText(pkg: Package): string {
  return `${pkg.revision}-${pkg.id.replaceAll('-', '')}`
}

/** One version of the packument: the manifest that was published, and what only the registry can say. */
export function versionOf({ package: pkg, origin }: PackumentParts, release: Release): Json {
  const { readme: _, dist, ...manifest } = release.manifest
  const tarball = release.files[0]
  return {
    ...manifest,
    _id: `${pkg.name}@${release.version}`,
    _npmUser: userOf(release.publishedBy),
    ...(tarball === undefined
      ? {}
      : { dist: distOf(pkg, release, tarball, origin, dist as Json | undefined) }),
  }
}

function distOf(
  pkg: Package,
  release: Release,
  tarball: ReleaseFile,
  origin: string,
  facts: Json | undefined,
): Json {
  const { predicates: [predicateType] = [] } = tarball
  return {
    integrity: integrityOf(tarball.digests),
    shasum: tarball.digests.sha1,
    tarball: `${origin}/${pkg.name}/-/${tarball.filename}`,
    ...facts,
    ...(release.signatures.length === 0 ? {} : { signatures: release.signatures }),
    ...(predicateType === undefined
      ? {}
      : {
          attestations: {
            url: origin + attestationsPath(pkg.name, release.version),
            provenance: { predicateType },
          },
        }),
  }
}

/** Where the attestations of a version are; npm asks the registry's own host for this path. */
function attestationsPath(name: string, version: string): string {
  return `/-/npm/v1/attestations/${name.replace('/', '%2f')}@${version}`
}

/** As npmjs words it; pnpm's trust policy reads `trustedPublisher` and `approver`. */
function userOf(by: PublishedBy): Json {
  const approver = by.approver === undefined ? {} : { approver: { name: by.approver, email: '' } }
  if (by.kind === 'account') return { name: by.name, email: '', ...approver }
  return {
    name: by.name,
    email: '',
    ...approver,
    trustedPublisher: { id: by.provider, oidcConfigId: `oidc:${by.id}` },
  }
}
