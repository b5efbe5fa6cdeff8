import { findProvider } from '@trustpub/identity'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../api/testing.ts'
import type { Account } from './model.ts'
import { parsePackageReference } from './packages.ts'
import {
  createPublisher,
  findPublisher,
  listPublishers,
  MAX_PUBLISHERS_PER_PACKAGE,
  type ManagedPublisher,
  type PublisherRequest,
  removePublisher,
} from './publishers.ts'
import { type Actor, authenticate, issueExchangedToken } from './tokens.ts'

describe('trusted publishers', () => {
  let registry: ApiRegistry
  beforeEach(async () => {
    registry = await openApiRegistry()
  })
  afterEach(() => registry.close())

  const create = (
    account: Account,
    packages: readonly string[],
    change: Partial<PublisherRequest> = {},
  ): Promise<ManagedPublisher> =>
    createPublisher({ store: registry.store, publicIssuers: true }, account, {
      provider: 'github',
      fields: { repository: 'acme/widget', workflow: 'release.yml' },
      permissions: ['publish'],
      ...change,
      packages: packages.map(parsePackageReference),
    })

  /** Whoever holds a token that was exchanged by leave of the publisher. */
  const exchanged = async ({ publisher, links }: ManagedPublisher): Promise<Actor> => {
    const { store, now } = registry
    const grants = links.map(({ package: { ecosystem, normalised } }) => ({
      publisherId: publisher.id,
      ecosystem,
      normalised,
    }))
    const by = { kind: 'publisher', id: publisher.id, name: 'GitHub Actions' } as const
    const { text } = await issueExchangedToken(store, 'npm', grants, by, now())
    return authenticate(store, text, now())
  }

  it('are pending for a package that does not exist, and linked once they published it', async () => {
    const { alice, store } = registry
    const made = await create(alice, ['npm:@acme/widget'])
    expect(made.links.map((link) => link.pending)).toEqual([true])

    await registry.publishAs(await exchanged(made), 'npm:@acme/widget')

    const after = await findPublisher(store, alice, made.publisher.id)
    expect(after.links.map((link) => link.pending)).toEqual([false])
    const pkg = await store.packages.find('npm', '@acme/widget')
    expect(await store.packages.owners(pkg?.id ?? '')).toEqual([alice])
  })

  it('cover further packages instead of being stored twice', async () => {
    const { alice } = registry
    await registry.packageOf(alice, 'npm:left')
    const first = await create(alice, ['npm:left'])
    const second = await create(alice, ['npm:right', 'pypi:Widget.Tools'])

    expect(second.publisher.id).toBe(first.publisher.id)
    expect(second.links.map((link) => `${link.package.normalised} ${link.pending}`)).toEqual([
      'left false',
      'right true',
      'widget-tools true',
    ])
  })

  it('are stored anew if the permissions, the pins or the creator differ', async () => {
    const { alice, bob, store } = registry
    const first = await create(alice, ['npm:a-one'])
    const others = [
      await create(alice, ['npm:a-two'], { permissions: ['stage'] }),
      await create(alice, ['npm:a-three'], { pins: { repository_id: '7' } }),
      await create(bob, ['npm:a-four']),
    ]
    await store.publishers.used(first.publisher.id, { repository_id: '1' })
    const replaced = await create(alice, ['npm:a-five'])

    const ids = [first, ...others, replaced].map(({ publisher }) => publisher.id)
    expect(new Set(ids).size).toBe(5)
    expect(replaced.publisher.pins).toEqual({})
  })

  it('are refused twice for the same package', async () => {
    const { alice } = registry
    await create(alice, ['npm:widget'])
    await expect(create(alice, ['npm:widget'])).rejects.toMatchObject({ code: 'already_exists' })
    await expect(create(alice, ['npm:widget'], { permissions: ['stage'] })).rejects.toMatchObject({
      code: 'already_exists',
    })
  })

  it('can only be added by an owner of the package, or by an administrator', async () => {
    const { alice, bob, root } = registry
    await registry.packageOf(alice, 'npm:widget')
    await expect(create(bob, ['npm:widget'])).rejects.toMatchObject({
      code: 'not_owner',
      message: 'bob does not own widget, so it may not change its trusted publishers.',
    })
    expect((await create(root, ['npm:widget'])).links).toHaveLength(1)
  })

  it('leave nothing behind when one of several packages is refused', async () => {
    const { alice, bob, store } = registry
    await registry.packageOf(alice, 'npm:widget')
    await expect(create(bob, ['npm:gadget', 'npm:widget'])).rejects.toThrow('does not own widget')
    const lookupKey = findProvider('github').lookupKey({ repository: 'acme/widget' })
    expect(await store.publishers.byKey(findProvider('github').issuer, lookupKey)).toEqual([])
  })

  it('are bounded in number, and nobody can take the places of a package to be', async () => {
    const { alice, bob } = registry
    const fields = (n: number) => ({ repository: `acme/r${n}`, workflow: 'release.yml' })
    for (let n = 0; n < MAX_PUBLISHERS_PER_PACKAGE; n++) {
      await create(bob, ['npm:widget'], { fields: fields(n) })
    }
    await expect(create(bob, ['npm:widget'], { fields: fields(99) })).rejects.toMatchObject({
      code: 'too_many_publishers',
    })
    expect((await create(alice, ['npm:widget'])).links).toHaveLength(1)
  })

  it('take pins only for claims that the provider pins', async () => {
    const { alice } = registry
    await expect(create(alice, ['npm:widget'], { pins: { sub: '1' } })).rejects.toThrow(
      'The pin sub "1" cannot be used: GitHub Actions pins repository_owner_id and repository_id.',
    )
    await expect(
      create(alice, ['npm:widget'], { pins: { repository_id: 'acme' } }),
    ).rejects.toMatchObject({ code: 'field_invalid' })
  })

  it('need an issuer that is accepted for their provider', async () => {
    const { alice, store } = registry
    const issuer = 'https://gitlab.example.com'
    await store.issuers.create({ url: issuer, provider: 'gitlab', allowPrivateNetwork: false })
    await expect(create(alice, ['npm:widget'], { issuer })).rejects.toThrow(
      'ID tokens of GitHub Actions from the issuer "https://gitlab.example.com" are not accepted here. Accepted: https://token.actions.githubusercontent.com.',
    )
    const fields = { repository: 'acme/widget', workflow: '.gitlab-ci.yml' }
    const made = await create(alice, ['npm:widget'], { provider: 'gitlab', issuer, fields })
    expect(made.publisher.issuer).toBe(issuer)
  })

  it('are gone with their last package, and API tokens by their leave are refused from then on', async () => {
    const { alice, store } = registry
    const packages = ['npm:a-one', 'npm:a-two']
    for (const reference of packages) await registry.packageOf(alice, reference)
    const made = await create(alice, packages)
    const actor = await exchanged(made)

    await removePublisher(store, alice, made.publisher.id, parsePackageReference('npm:a-one'))
    await expect(registry.publishAs(actor, 'npm:a-one')).rejects.toMatchObject({
      code: 'publisher_removed',
    })
    expect(await store.publishers.find(made.publisher.id)).toBeDefined()

    await removePublisher(store, alice, made.publisher.id)
    await expect(registry.publishAs(actor, 'npm:a-two')).rejects.toMatchObject({
      code: 'publisher_removed',
    })
    expect(await store.publishers.find(made.publisher.id)).toBeUndefined()
  })

  it('of a package to be are seen and removed by whoever made them only', async () => {
    const { alice, bob, root, store } = registry
    const made = await create(alice, ['npm:widget'])
    const name = parsePackageReference('npm:widget')
    expect(await listPublishers(store, bob, name)).toEqual([])
    expect(await listPublishers(store, root, name)).toHaveLength(1)
    await expect(removePublisher(store, bob, made.publisher.id)).rejects.toMatchObject({
      code: 'does_not_exist',
    })
    await removePublisher(store, alice, made.publisher.id, name)
    expect(await listPublishers(store, alice, name)).toEqual([])
  })

  it('show and lose only the packages that the account may change', async () => {
    const { alice, bob, store } = registry
    const mine = await registry.packageOf(alice, 'npm:a-one')
    await registry.packageOf(alice, 'npm:a-two')
    await store.packages.addOwner(mine.id, bob.id)
    const made = await create(alice, ['npm:a-one', 'npm:a-two'])

    const seen = await findPublisher(store, bob, made.publisher.id)
    expect(seen.links.map((link) => link.package.name)).toEqual(['a-one'])
    await removePublisher(store, bob, made.publisher.id)
    const left = await findPublisher(store, alice, made.publisher.id)
    expect(left.links.map((link) => link.package.name)).toEqual(['a-two'])
  })

  it('are in the audit log when they come and go', async () => {
    const { alice, store } = registry
    const made = await create(alice, ['npm:@acme/widget'])
    await removePublisher(store, alice, made.publisher.id)
    const events = await store.log.events(10)
    expect(events.map(({ actor, action, subject }) => [actor, action, subject])).toEqual(
      expect.arrayContaining([
        ['alice', 'publisher.created', 'npm:@acme/widget'],
        ['alice', 'publisher.removed', 'npm:@acme/widget'],
      ]),
    )
  })
})
