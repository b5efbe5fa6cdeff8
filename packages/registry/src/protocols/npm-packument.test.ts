import { describe, expect, it } from 'vitest'
import type { Package, Release } from '../domain/model.ts'
import {
  abbreviatedPackument,
  fullPackument,
  type PackumentParts,
  versionOf,
} from './npm-packument.ts'

const PACKAGE: Package = {
  id: '6f1f8a2e-0000-4000-8000-000000000000',
  ecosystem: 'npm',
  name: '@acme/widget',
  normalised: '@acme/widget',
  visibility: 'public',
  revision: 7,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-02-02T00:00:00.000Z',
}

function releaseOf(version: string, change: Partial<Release> = {}): Release {
  return {
    id: version,
    version,
    manifest: {
      name: '@acme/widget',
      version,
      description: `of ${version}`,
      readme: 'long',
      scripts: { test: 'x' },
      dependencies: { semver: '7' },
      bin: { widget: 'cli.js' },
      hasInstallScript: true,
      dist: { fileCount: 2, unpackedSize: 100 },
    },
    publishedAt: '2026-01-15T00:00:00.000Z',
    publishedBy: { kind: 'account', id: 'a', name: 'alice' },
    signatures: [],
    files: [
      {
        filename: `widget-${version}.tgz`,
        kind: 'tarball',
        size: 10,
        digests: { sha512: 'ff00', sha1: '0a0b' },
        blob: 'b',
        uploadedAt: '2026-01-15T00:00:00.000Z',
      },
    ],
    ...change,
  }
}

const PARTS: PackumentParts = {
  package: PACKAGE,
  releases: [releaseOf('1.0.0'), releaseOf('2.0.0-beta.1')],
  tags: { latest: '1.0.0', next: '2.0.0-beta.1' },
  owners: [{ id: 'a', name: 'alice', role: 'member', createdAt: '' }],
  origin: 'https://registry.example',
}

describe('a packument', () => {
  it('has the versions, tags, times and owners, and describes the latest version', () => {
    expect(fullPackument(PARTS)).toMatchObject({
      _id: '@acme/widget',
      _rev: '7-6f1f8a2e000040008000000000000000',
      name: '@acme/widget',
      description: 'of 1.0.0',
      readme: 'long',
      'dist-tags': PARTS.tags,
      versions: { '1.0.0': { version: '1.0.0' }, '2.0.0-beta.1': { version: '2.0.0-beta.1' } },
      time: {
        created: PACKAGE.createdAt,
        modified: PACKAGE.updatedAt,
        '1.0.0': '2026-01-15T00:00:00.000Z',
      },
      maintainers: [{ name: 'alice', email: '' }],
    })
  })

  it('describes the newest version where no tag is latest', () => {
    expect(fullPackument({ ...PARTS, tags: {} })).toMatchObject({ description: 'of 2.0.0-beta.1' })
    expect(fullPackument({ ...PARTS, tags: {}, releases: [] })).toMatchObject({ versions: {} })
  })

  it('is abbreviated to what installers read', () => {
    const { versions, ...rest } = abbreviatedPackument(PARTS)
    expect(rest).toEqual({
      name: '@acme/widget',
      modified: PACKAGE.updatedAt,
      'dist-tags': PARTS.tags,
    })
    expect((versions as Record<string, unknown>)['1.0.0']).toEqual({
      name: '@acme/widget',
      version: '1.0.0',
      dependencies: { semver: '7' },
      bin: { widget: 'cli.js' },
      hasInstallScript: true,
      dist: expect.objectContaining({ shasum: '0a0b' }),
    })
  })

  it('says of each version where its tarball is and how it is checked', () => {
    expect(versionOf(PARTS, releaseOf('1.0.0'))).toMatchObject({
      _id: '@acme/widget@1.0.0',
      _npmUser: { name: 'alice', email: '' },
      dist: {
        integrity: 'sha512-/wA=',
        shasum: '0a0b',
        tarball: 'https://registry.example/@acme/widget/-/widget-1.0.0.tgz',
        fileCount: 2,
        unpackedSize: 100,
      },
    })
    expect(versionOf(PARTS, releaseOf('1.0.0'))).not.toHaveProperty('readme')
  })

  it('names the trusted publisher as npmjs does', () => {
    const publishedBy = {
      kind: 'publisher',
      id: 'p1',
      name: 'GitHub Actions',
      provider: 'github',
    } as const
    expect(versionOf(PARTS, releaseOf('1.0.0', { publishedBy }))).toMatchObject({
      _npmUser: {
        name: 'GitHub Actions',
        trustedPublisher: { id: 'github', oidcConfigId: 'oidc:p1' },
      },
    })
  })
})
