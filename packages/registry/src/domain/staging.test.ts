import { createHash, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfRefusal, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import type { Account, PublisherPermission, StoredPublisher } from './model.ts'
import { parsePackageReference } from './packages.ts'
import { type PublishPolicy, publish, type Upload } from './publish.ts'
import {
  approve,
  expiryOf,
  findStaged,
  listStaged,
  MAX_STAGED_PER_PACKAGE,
  reject,
  removeExpired,
  STAGED_DAYS,
  stage,
} from './staging.ts'
import type { Actor } from './tokens.ts'

const POLICY: PublishPolicy = { trustedOnly: false, newPackages: 'restricted' }
const STAGE: PublisherPermission[] = ['stage']
const NOW = new Date('2026-03-01T12:00:00.000Z')
const LATER = new Date(NOW.getTime() + STAGED_DAYS * 24 * 3600_000 + 1)

describe('staging', () => {
  let registry: TemporaryRegistry
  let alice: Actor
  let bob: Actor
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    alice = accountOf(registry.alice)
    bob = accountOf(registry.bob)
  })
  afterAll(() => registry.close())

  /** A package of alice's with one version, and an actor whose publisher may only stage. */
  const existing = async (name: string): Promise<Actor> => {
    await publish(registry.store, alice, uploadOf(name, '0.1.0'), POLICY)
    return publisherOf(
      await registry.trust(registry.alice, [`npm:${name}`], { permissions: STAGE }),
      name,
    )
  }
  const send = (actor: Actor, upload: Upload, policy = POLICY) =>
    stage(registry, actor, upload, policy, NOW)
  const refusalOf = (...args: Parameters<typeof send>) => codeOfRefusal(() => send(...args))
  const releaseOf = async (name: string, version: string) => {
    const pkg = await registry.store.packages.find('npm', name)
    return registry.store.packages.release(pkg?.id ?? '', version)
  }
  const eventsOf = async (subject: string) =>
    (await registry.store.log.events(200)).filter((event) => event.subject === subject)

  it('keeps a version that nobody can see until an owner approves it', async () => {
    const ci = await existing('approved')
    const upload = uploadOf('approved')
    const { id, outcome } = await send(ci, { ...upload, tags: { next: '1.0.0' } })
    expect(outcome).toBe('staged')
    expect(await releaseOf('approved', '1.0.0')).toBeUndefined()
    await approve(registry.store, alice, id, NOW)
    expect(await releaseOf('approved', '1.0.0')).toMatchObject({
      publishedBy: { kind: 'publisher', name: 'GitHub Actions', approver: 'alice' },
      signatures: [{ keyid: expect.stringMatching(/^SHA256:/) }],
      files: [{ blob: upload.file.blob }],
    })
    const pkg = await registry.store.packages.find('npm', 'approved')
    const tags = await registry.store.packages.tags(pkg?.id ?? '')
    expect(tags).toEqual({ latest: '0.1.0', next: '1.0.0' })
    expect(await codeOfRefusal(() => approve(registry.store, alice, id, NOW))).toBe(
      'staged_not_found',
    )
    expect(await eventsOf('npm:approved@1.0.0')).toMatchObject([
      { action: 'release.approved', actor: 'alice', details: { id } },
      { action: 'release.staged', details: { id } },
    ])
  })

  it('keeps its attestations for the release', async () => {
    const publisher = await registry.trust(registry.alice, ['npm:attested'])
    const both = { permissions: ['publish', 'stage'] as const }
    await publish(
      registry.store,
      publisherOf(publisher, 'attested'),
      uploadOf('attested', '0.1.0'),
      POLICY,
    )
    const fields = { repository: 'acme/widget', workflow: 'stage.yml' }
    const stager = await registry.trust(registry.alice, ['npm:attested'], { ...both, fields })
    const attestations = [{ predicateType: 'p', content: { a: 1 } }]
    const attested = { publisherId: stager.id, attestations }
    const { id } = await send(publisherOf(stager, 'attested'), {
      ...uploadOf('attested'),
      attested,
    })
    await approve(registry.store, alice, id, NOW)
    expect((await releaseOf('attested', '1.0.0'))?.files[0]?.predicates).toEqual(['p'])
    const pkg = await registry.store.packages.find('npm', 'attested')
    const kept = await registry.store.attestations.ofFile(pkg?.id ?? '', 'attested-1.0.0.tgz')
    expect(kept).toEqual(attestations)
    const other = { publisherId: publisher.id, attestations }
    expect(
      await refusalOf(publisherOf(stager, 'attested'), {
        ...uploadOf('attested', '1.1.0'),
        attested: other,
      }),
    ).toBe('publisher_removed')
  })

  it('with other provenance takes the place of what waits, under an id of its own', async () => {
    await existing('re-run')
    const fields = { repository: 'acme/widget', workflow: 're-run.yml' }
    const publisher = await registry.trust(registry.alice, ['npm:re-run'], {
      permissions: STAGE,
      fields,
    })
    const ci = publisherOf(publisher, 're-run')
    const attestedBy = (run: number, blob: string): Upload => {
      const attestations = [{ predicateType: 'p', content: { run } }]
      const upload = uploadOf('re-run')
      const attested = { publisherId: publisher.id, attestations }
      return { ...upload, file: { ...upload.file, blob }, attested }
    }
    const blobs = await Promise.all([1, 2].map(() => storedBlob(registry)))
    const [first, second] = blobs as [string, string]
    const { id } = await send(ci, attestedBy(1, first))
    expect(await send(ci, attestedBy(1, second))).toEqual({ id, outcome: 'already there' })
    const again = await send(ci, attestedBy(2, second))
    expect(again.outcome).toBe('staged')
    expect(await registry.blobNames()).toEqual([second])
    expect(await codeOfRefusal(() => approve(registry.store, alice, id, NOW))).toBe(
      'staged_not_found',
    )
    expect(await findStaged(registry.store, alice, again.id, NOW)).toMatchObject({
      attested: { attestations: [{ content: { run: 2 } }] },
    })
    expect((await eventsOf('npm:re-run@1.0.0'))[0]).toMatchObject({
      details: { id: again.id, replaced: id },
    })
    expect(await refusalOf(ci, uploadOf('re-run'))).toBe('version_staged')
  })

  it('has an end: a package whose owners do not decide takes no more', async () => {
    const ci = await existing('full')
    const ids: string[] = []
    for (let n = 1; n <= MAX_STAGED_PER_PACKAGE; n++)
      ids.push((await send(ci, uploadOf('full', `${n}.0.0`))).id)
    const one = uploadOf('full', '0.2.0')
    expect(await refusalOf(ci, one)).toBe('too_many_staged')
    expect((await send(ci, uploadOf('full', '1.0.0'))).outcome).toBe('already there')
    expect((await send(await existing('beside'), uploadOf('beside'))).outcome).toBe('staged')
    await reject(registry, alice, ids[0] ?? '', NOW)
    expect((await send(ci, one)).outcome).toBe('staged')
    const { versions } = await listStaged(
      registry.store,
      alice,
      { package: 'full', offset: 0, limit: MAX_STAGED_PER_PACKAGE },
      NOW,
    )
    // More than one batch of the sweep, with what waits for other packages.
    await removeExpired(registry, LATER)
    for (const { id } of versions) expect(await registry.store.staging.find(id)).toBeUndefined()
  })

  it('leaves latest where it is if that is a later version by the time of approval', async () => {
    const ci = await existing('backport')
    const tags = { latest: '1.0.1', 'lts-1': '1.0.1' }
    const { id } = await send(ci, { ...uploadOf('backport', '1.0.1'), tags })
    await publish(registry.store, alice, uploadOf('backport', '1.1.0'), POLICY)
    expect((await approve(registry.store, alice, id, NOW)).tags).toEqual(['lts-1'])
    const pkg = await registry.store.packages.find('npm', 'backport')
    const tagsNow = () => registry.store.packages.tags(pkg?.id ?? '')
    expect(await tagsNow()).toEqual({ latest: '1.1.0', 'lts-1': '1.0.1' })
    expect((await eventsOf('npm:backport@1.0.1'))[0]).toMatchObject({
      action: 'release.approved',
      details: { tags: ['lts-1'] },
    })
    const later = await send(ci, uploadOf('backport', '1.10.0'))
    expect((await approve(registry.store, alice, later.id, NOW)).tags).toEqual(['latest'])
    expect(await tagsNow()).toMatchObject({ latest: '1.10.0' })
  })

  it('again of the same bytes and tags gives the same id, and refuses anything else', async () => {
    const ci = await existing('again')
    const first = await send(ci, uploadOf('again'))
    expect(await send(ci, uploadOf('again'))).toEqual({ id: first.id, outcome: 'already there' })
    for (const [actor, upload] of [
      [ci, uploadOf('again', '1.0.0', 'other')],
      [ci, { ...uploadOf('again'), tags: { next: '1.0.0' } }],
      [alice, uploadOf('again')],
    ] as const) {
      expect(await refusalOf(actor, upload)).toBe('version_staged')
    }
  })

  it('takes the number of the version: it cannot be published meanwhile, nor staged once it is', async () => {
    const ci = await existing('number')
    await send(ci, uploadOf('number'))
    const publishing = (version: string) =>
      codeOfRefusal(() => publish(registry.store, alice, uploadOf('number', version), POLICY))
    expect(await publishing('1.0.0')).toBe('version_staged')
    expect(await publishing('1.1.0')).toBeUndefined()
    expect(await refusalOf(ci, uploadOf('number', '1.1.0'))).toBe('version_published')
  })

  it('needs the permission for it, and a package that exists', async () => {
    const ci = await existing('leave')
    const publishing = () => publish(registry.store, ci, uploadOf('leave'), POLICY)
    expect(await codeOfRefusal(publishing)).toBe('publisher_permission')
    const fields = { repository: 'acme/widget', workflow: 'publish.yml' }
    const full = await registry.trust(registry.alice, ['npm:leave'], { fields })
    expect(await refusalOf(publisherOf(full, 'leave'), uploadOf('leave'))).toBe(
      'publisher_permission',
    )
    expect(await refusalOf(bob, uploadOf('leave'))).toBe('not_owner')
    expect(await refusalOf(alice, uploadOf('leave'), { ...POLICY, trustedOnly: true })).toBe(
      'trusted_only',
    )
    expect(await refusalOf(alice, uploadOf('not-there'))).toBe('stage_new_package')
    const pending = await registry.trust(registry.alice, ['npm:to-come'], { permissions: STAGE })
    expect(await refusalOf(publisherOf(pending, 'to-come'), uploadOf('to-come'))).toBe(
      'stage_new_package',
    )
  })

  it('is shown to and decided on by owners only, and not by what staged it', async () => {
    const ci = await existing('owned')
    const { id } = await send(ci, uploadOf('owned'))
    const page = { package: 'owned', offset: 0, limit: 10 }
    const totalFor = async (actor: Actor) =>
      (await listStaged(registry.store, actor, page, NOW)).total
    expect(await totalFor(alice)).toBe(1)
    expect(await totalFor(accountOf(registry.root))).toBe(1)
    expect(await totalFor(bob)).toBe(0)
    const reader = { ...alice, permissions: ['read'] } as Actor
    expect(await findStaged(registry.store, reader, id, NOW)).toMatchObject({ version: '1.0.0' })
    const decisions = (actor: Actor) =>
      Promise.all([
        codeOfRefusal(() => approve(registry.store, actor, id, NOW)),
        codeOfRefusal(() => reject(registry, actor, id, NOW)),
      ])
    expect(await decisions(bob)).toEqual(['staged_not_found', 'staged_not_found'])
    expect(await decisions(ci)).toEqual(['approval_needs_account', 'approval_needs_account'])
    expect(await decisions(reader)).toEqual(['token_permission', 'token_permission'])
    expect(await decisions({ kind: 'anonymous' })).toEqual([
      'authentication_required',
      'authentication_required',
    ])
    expect(await codeOfRefusal(() => findStaged(registry.store, ci, id, NOW))).toBe(
      'approval_needs_account',
    )
    expect(await totalFor(alice)).toBe(1)
  })

  it('of two approvals at once lets one through', async () => {
    const ci = await existing('twice')
    const { id } = await send(ci, uploadOf('twice'))
    const both = [1, 2].map(() => codeOfRefusal(() => approve(registry.store, alice, id, NOW)))
    expect((await Promise.all(both)).sort()).toEqual(['staged_not_found', undefined])
  })

  it('ends with a rejection, after which the version can be staged anew', async () => {
    const ci = await existing('rejected')
    const { id } = await send(ci, uploadOf('rejected'))
    await reject(registry, alice, id, NOW)
    expect(await releaseOf('rejected', '1.0.0')).toBeUndefined()
    expect((await send(ci, uploadOf('rejected', '1.0.0', 'better'))).outcome).toBe('staged')
    expect(await eventsOf('npm:rejected@1.0.0')).toMatchObject([
      { action: 'release.staged' },
      { action: 'release.rejected', actor: 'alice' },
      { action: 'release.staged' },
    ])
  })

  it('ends after some days: it is refused at once, and then removed', async () => {
    const ci = await existing('expired')
    const { id } = await send(ci, uploadOf('expired'))
    const staged = await findStaged(registry.store, alice, id, NOW)
    expect(new Date(expiryOf(staged)).getTime()).toBe(LATER.getTime() - 1)
    expect(await codeOfRefusal(() => approve(registry.store, alice, id, LATER))).toBe(
      'staged_not_found',
    )
    await removeExpired(registry, new Date(LATER.getTime() - 1))
    expect(await registry.store.staging.find(id)).toBeDefined()
    await removeExpired(registry, LATER)
    expect(await registry.store.staging.find(id)).toBeUndefined()
    expect((await eventsOf('npm:expired@1.0.0'))[0]).toMatchObject({
      action: 'release.expired',
      actor: 'registry',
    })
  })
})

/** The name of a blob that is a file, as those above the size of small ones are. */
async function storedBlob({ folder }: TemporaryRegistry): Promise<string> {
  const key = randomUUID().replaceAll('-', '')
  const path = join(folder, 'blobs', key.slice(0, 2), key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'x')
  return key
}

function accountOf(account: Account): Actor {
  return { kind: 'account', account, permissions: ['read', 'publish'] }
}

function publisherOf({ id }: StoredPublisher, normalised: string): Actor {
  return {
    kind: 'publisher',
    grants: [{ publisherId: id, ecosystem: 'npm', normalised }],
    publishedBy: { kind: 'publisher', id, name: 'GitHub Actions', provider: 'github' },
  }
}

function uploadOf(name: string, version = '1.0.0', content = 'one'): Upload {
  return {
    name: parsePackageReference(`npm:${name}`),
    version,
    manifest: { name, version },
    file: {
      filename: `${name}-${version}.tgz`,
      kind: 'tarball',
      size: content.length,
      digests: { sha512: Buffer.from(content).toString('hex') },
      blob: createHash('md5').update(`${name} ${version} ${content}`).digest('hex'),
    },
    tags: { latest: version },
    identity: 'sha512',
    filesPerRelease: 'one',
  }
}
