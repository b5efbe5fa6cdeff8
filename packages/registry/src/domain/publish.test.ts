import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfRefusal, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import type { Account, PublisherPermission, StoredPublisher } from './model.ts'
import { parsePackageReference } from './packages.ts'
import { type PublishOutcome, type PublishPolicy, publish, type Upload } from './publish.ts'
import { removePublisher } from './publishers.ts'
import type { Actor } from './tokens.ts'

const POLICY: PublishPolicy = { trustedOnly: false, newPackages: 'restricted' }

describe('publishing', () => {
  let registry: TemporaryRegistry
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
  })
  afterAll(() => registry.close())

  const send = (
    actor: Actor,
    name: string,
    content = 'one',
    policy = POLICY,
  ): Promise<PublishOutcome> => publish(registry.store, actor, uploadOf(name, content), policy)
  const find = (name: string) => registry.store.packages.find('npm', name)
  const refusalOf = (...args: Parameters<typeof send>) => codeOfRefusal(() => send(...args))

  it('brings the package into being with its first file, owned by who published', async () => {
    expect(await send(accountOf(registry.alice), 'first')).toBe('published')
    const pkg = await find('first')
    expect(pkg).toMatchObject({ name: 'first', visibility: 'restricted' })
    const owners = await registry.store.packages.owners(pkg?.id ?? '')
    expect(owners.map((owner) => owner.name)).toEqual(['alice'])
    expect(await registry.store.packages.tags(pkg?.id ?? '')).toEqual({ latest: '1.0.0' })
    const [event] = (await registry.store.log.events(100)).filter(
      ({ subject }) => subject === 'npm:first@1.0.0',
    )
    expect(event).toMatchObject({ actor: 'alice', action: 'release.published' })
  })

  it('through a pending publisher gives the package to who made that publisher', async () => {
    const publisher = await registry.trust(registry.alice, ['npm:pending'])
    expect(await find('pending')).toBeUndefined()
    expect(await send(publisherOf(publisher, 'pending'), 'pending')).toBe('published')
    const pkg = await find('pending')
    expect(await registry.store.packages.owners(pkg?.id ?? '')).toMatchObject([{ name: 'alice' }])
    expect(await registry.store.publishers.byPackage('npm', 'pending')).toMatchObject([
      { pending: false, publisher: { id: publisher.id } },
    ])
  })

  it('keeps no attestation of a publisher that was removed while the upload was on its way', async () => {
    const one = await registry.trust(registry.alice, ['npm:attested'])
    const fields = { repository: 'acme/widget', workflow: 'other.yml' }
    const two = await registry.trust(registry.alice, ['npm:attested'], { fields })
    const actor = publisherOf(one, 'attested', two)
    const attestations = [{ predicateType: 'p', content: {} }]
    const upload = {
      ...uploadOf('attested', 'one'),
      attested: { publisherId: two.id, attestations },
    }
    const sendIt = () => publish(registry.store, actor, upload, POLICY)
    await removePublisher(registry.store, registry.alice, two.id)
    expect(await codeOfRefusal(sendIt)).toBe('publisher_removed')
    expect(await find('attested')).toBeUndefined()
  })

  it('voids the pending publishers that others made for the name', async () => {
    const mine = await registry.trust(registry.alice, ['npm:wanted'])
    const fields = { repository: 'bob/wanted', workflow: 'release.yml' }
    const theirs = await registry.trust(registry.bob, ['npm:wanted'], { fields })
    await send(publisherOf(mine, 'wanted'), 'wanted')
    const links = await registry.store.publishers.byPackage('npm', 'wanted')
    expect(links.map((link) => link.publisher.id)).toEqual([mine.id])
    expect(await refusalOf(publisherOf(theirs, 'wanted'), 'wanted', 'two')).toBe(
      'publisher_removed',
    )
    expect(await registry.store.publishers.find(theirs.id)).toBeUndefined()
  })

  it('makes nobody the owner where pending publishers of two accounts fit the same run', async () => {
    const first = await registry.trust(registry.bob, ['npm:contested'], {
      fields: { repository: 'acme/contested', workflow: 'release.yml' },
    })
    const second = await registry.trust(registry.alice, ['npm:contested'], {
      fields: { repository: 'acme/contested', workflow: 'release.yml', environment: 'release' },
    })
    const both = publisherOf(second, 'contested', first)
    expect(await refusalOf(both, 'contested')).toBe('publisher_ambiguous')
    expect(await find('contested')).toBeUndefined()
  })

  it('takes the same bytes from the same actor twice', async () => {
    expect(await send(accountOf(registry.alice), 'again')).toBe('published')
    expect(await send(accountOf(registry.alice), 'again')).toBe('already there')
    const pkg = await find('again')
    expect(await registry.store.packages.releases(pkg?.id ?? '')).toHaveLength(1)
  })

  it('refuses other bytes, and the same bytes from another actor', async () => {
    await send(accountOf(registry.alice), 'taken')
    expect(await refusalOf(accountOf(registry.alice), 'taken', 'two')).toBe('version_exists')
    expect(await refusalOf(accountOf(registry.root), 'taken')).toBe('version_exists')
  })

  it('of one version twice at once makes one release', async () => {
    const same = await Promise.all([
      send(accountOf(registry.alice), 'race-same'),
      send(accountOf(registry.alice), 'race-same'),
    ])
    expect(same.sort()).toEqual(['already there', 'published'])
    const different = await Promise.allSettled([
      send(accountOf(registry.alice), 'race-other', 'one'),
      send(accountOf(registry.alice), 'race-other', 'two'),
    ])
    expect(different.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const name of ['race-same', 'race-other']) {
      const releases = await registry.store.packages.releases((await find(name))?.id ?? '')
      expect(releases.map((release) => release.files.length)).toEqual([1])
    }
  })

  it('by a stranger is refused', async () => {
    await send(accountOf(registry.alice), 'owned')
    const other = '1.0.1'
    expect(
      await codeOfRefusal(() =>
        publish(registry.store, accountOf(registry.bob), uploadOf('owned', 'x', other), POLICY),
      ),
    ).toBe('not_owner')
    expect(await refusalOf({ kind: 'anonymous' }, 'owned')).toBe('authentication_required')
    const reader: Actor = {
      kind: 'account',
      account: registry.alice,
      permissions: ['read', 'manage'],
    }
    expect(await refusalOf(reader, 'owned')).toBe('token_permission')
  })

  it('is for trusted publishers only where the operator decided so', async () => {
    const policy = { ...POLICY, trustedOnly: true }
    expect(await refusalOf(accountOf(registry.root), 'trusted', 'one', policy)).toBe('trusted_only')
    const publisher = await registry.trust(registry.alice, ['npm:trusted'])
    expect(await send(publisherOf(publisher, 'trusted'), 'trusted', 'one', policy)).toBe(
      'published',
    )
  })

  it('is no permission of a publisher that may only stage', async () => {
    const stage: PublisherPermission[] = ['stage']
    const publisher = await registry.trust(registry.alice, ['npm:staged'], { permissions: stage })
    expect(await refusalOf(publisherOf(publisher, 'staged'), 'staged')).toBe('publisher_permission')
    const fields = { repository: 'acme/staged', workflow: 'release.yml' }
    const full = await registry.trust(registry.alice, ['npm:staged'], { fields })
    expect(await send(publisherOf(publisher, 'staged', full), 'staged')).toBe('published')
  })

  it('ends with the publisher: its tokens die at once', async () => {
    const publisher = await registry.trust(registry.alice, ['npm:ended'])
    await removePublisher(registry.store, registry.alice, publisher.id)
    expect(await refusalOf(publisherOf(publisher, 'ended'), 'ended')).toBe('publisher_removed')
  })

  it('of a file name that another release has is refused', async () => {
    const actor = accountOf(registry.alice)
    const distribution = (version: string): Upload => {
      const { file, ...upload } = uploadOf('respelled', version, version)
      return { ...upload, file: { ...file, filename: 'r-1.0.whl' }, filesPerRelease: 'many' }
    }
    await publish(registry.store, actor, distribution('1.0'), POLICY)
    const again = () => publish(registry.store, actor, distribution('1.0.0'), POLICY)
    expect(await codeOfRefusal(again)).toBe('file_exists')
  })

  it('with a token for one package is refused for another, existing or not', async () => {
    const publisher = await registry.trust(registry.alice, ['npm:mine'])
    await send(accountOf(registry.alice), 'not-mine')
    for (const name of ['not-mine', 'not-there']) {
      expect(await refusalOf(publisherOf(publisher, 'mine'), name)).toBe('token_scope')
    }
    expect(await find('not-there')).toBeUndefined()
  })
})

function accountOf(account: Account): Actor {
  return { kind: 'account', account, permissions: ['publish'] }
}

/** Whoever holds a token that was exchanged by leave of these publishers. */
function publisherOf(
  first: StoredPublisher,
  normalised: string,
  ...more: StoredPublisher[]
): Actor {
  return {
    kind: 'publisher',
    grants: [first, ...more].map(({ id }) => ({ publisherId: id, ecosystem: 'npm', normalised })),
    publishedBy: { kind: 'publisher', id: first.id, name: 'GitHub Actions', provider: 'github' },
  }
}

function uploadOf(name: string, content: string, version = '1.0.0'): Upload {
  return {
    name: parsePackageReference(`npm:${name}`),
    version,
    manifest: { name, version },
    file: {
      filename: `${name}-${version}.tgz`,
      kind: 'tarball',
      size: content.length,
      digests: { sha512: content },
      blob: `${name} ${content}`,
    },
    tags: { latest: version },
    identity: 'sha512',
    filesPerRelease: 'one',
  }
}
