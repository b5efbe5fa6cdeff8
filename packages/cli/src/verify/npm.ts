import { createHash } from 'node:crypto'
import type { Refusal } from '@trustpub/identity'
import { NPM_PUBLISH, npmSubject, verifyBundle } from '@trustpub/provenance'
import { type Checked, checkedOf } from './attested.ts'
import { refuse } from './errors.ts'
import { collector, type Evidence } from './evidence.ts'
import type { NpmItem } from './item.ts'
import { askJson, isObject, type Json, listIn, objectIn, textIn } from './json.ts'
import { type SigningKey, verifySignatures } from './registry-keys.ts'
import type { Session } from './session.ts'

/** The manifest of one version; large readmes are in some. */
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024
/** The largest packuments of npm have some 50 MB. */
const MAX_PACKUMENT_BYTES = 100 * 1024 * 1024
/** Provenance, the registry's own, and room for some; each is at most 1 MB. */
const MAX_ATTESTATIONS = 8
const MAX_ATTESTATIONS_BYTES = 10 * 1024 * 1024

/** Verifies a version at an npm registry. @throws Refusal for what makes everything else meaningless */
export async function verifyNpm(item: NpmItem, session: Session): Promise<Evidence> {
  const dist = objectIn(await manifestOf(item, session), 'dist')
  const integrity = requireIntegrity(item, dist)
  if (item.integrity === undefined) await requireContent(item, dist, integrity, session)
  const keys = await session.keys(item.registry)
  const problems: Refusal[] = []
  const collect = collector(problems)
  const published = async () =>
    textIn(objectIn(await packumentOf(item, session), 'time'), item.version)
  const signed = { ...item, dist, published }
  const signatures = await verifySignatures(signed, keys).catch(collect<string[]>([]))
  const checked: Checked[] = []
  const attestations = await attestationsOf(item, dist, session).catch(collect<unknown[]>([]))
  for (const attestation of attestations) {
    const one = await verifyOne(attestation, { item, integrity, keys, session }).catch(
      collect(undefined),
    )
    if (one !== undefined) checked.push(one)
  }
  return {
    file: `${item.name}@${item.version}`,
    digest: integrity,
    read: item.integrity === undefined,
    signatures,
    signs: keys.length > 0,
    checked,
    problems,
  }
}

/** The manifest of the version alone where the registry has that; it is a small part of the packument. */
async function manifestOf(item: NpmItem, session: Session): Promise<Json> {
  const url = new URL(`${pathOf(item.name)}/${encodeURIComponent(item.version)}`, item.registry)
  const alone = await askJson(session.http, { url, limit: MAX_MANIFEST_BYTES }, [404, 405])
  if (alone !== undefined && isObject(alone.dist)) return alone
  const versions = objectIn(await packumentOf(item, session), 'versions')
  const found = Object.hasOwn(versions, item.version) ? versions[item.version] : undefined
  if (isObject(found)) return found
  const values = { package: `${item.name}@${item.version}`, registry: item.registry.host }
  throw refuse('version_missing', values)
}

function packumentOf({ name, registry }: NpmItem, { http }: Session): Promise<Json | undefined> {
  return askJson(http, { url: new URL(pathOf(name), registry), limit: MAX_PACKUMENT_BYTES })
}

/** `@acme%2fwidget`, as all registries take it. */
function pathOf(name: string): string {
  return encodeURIComponent(name).replace(/^%40/, '@').replace('%2F', '%2f')
}

/** The digest of the lock file if there is one, and the registry's has to be the same. @throws Refusal */
function requireIntegrity(item: NpmItem, dist: Json): string {
  const title = `${item.name}@${item.version}`
  const [there, here] = [sha512Of(textIn(dist, 'integrity') ?? ''), sha512Of(item.integrity ?? '')]
  const missing = { algorithm: 'sha512', package: title }
  if (item.integrity !== undefined && here === undefined) {
    const advice = 'Let the package manager write the lock file anew.'
    throw refuse('integrity_missing', { ...missing, source: 'The lock file', advice })
  }
  if (there === undefined) {
    const advice = 'Nothing can be verified there.'
    throw refuse('integrity_missing', { ...missing, source: item.registry.host, advice })
  }
  if (here !== undefined && here !== there)
    throw refuse('integrity_differs', { here, there, package: title, registry: item.registry.host })
  return there
}

/** The sha512 among the digests of an integrity, which may have several and options behind each. */
export function sha512Of(integrity: string): string | undefined {
  return /(?:^|\s)(sha512-[A-Za-z0-9+/]{86}==)(?=$|[\s?])/.exec(integrity)?.[1]
}

/** Reads the tarball, and its digest has to be the one that the registry promises. @throws Refusal */
async function requireContent(
  { name, version, registry }: NpmItem,
  dist: Json,
  expected: string,
  { http }: Session,
): Promise<void> {
  const tarball = textIn(dist, 'tarball') ?? ''
  if (!URL.canParse(tarball, registry.href)) {
    throw refuse('answer_unusable', { url: registry.href, reason: 'dist.tarball is no address' })
  }
  const url = new URL(tarball, registry)
  let hash = createHash('sha512')
  const { status } = await http.download(url, () => {
    hash = createHash('sha512')
    return (chunk) => void hash.update(chunk)
  })
  if (status !== 200)
    throw refuse('answer_unusable', { url: url.href, reason: `it answers ${status}` })
  const actual = `sha512-${hash.digest('base64')}`
  const values = { file: `The tarball of ${name}@${version}`, registry: registry.host }
  if (actual !== expected) throw refuse('content_differs', { ...values, actual, expected })
}

/** The attestations that `dist` announces; none if it does not. Asked at the registry itself, as npm does. */
async function attestationsOf(item: NpmItem, dist: Json, { http }: Session): Promise<unknown[]> {
  if (!isObject(dist.attestations)) return []
  const announced = textIn(dist.attestations, 'url') ?? ''
  const values = { registry: item.registry.host, what: `${item.name}@${item.version}` }
  if (!URL.canParse(announced, item.registry.href))
    throw refuse('attestations_missing', { ...values, reason: 'it gives no address for them' })
  const url = new URL(new URL(announced, item.registry).pathname, item.registry)
  const answer = await askJson(http, { url, limit: MAX_ATTESTATIONS_BYTES })
  const found = listIn(answer, 'attestations')
  if (found.length === 0)
    throw refuse('attestations_missing', { ...values, reason: 'it does not have them' })
  if (found.length > MAX_ATTESTATIONS) {
    const reason = `there are ${found.length}, more than ${MAX_ATTESTATIONS}`
    throw refuse('attestations_unusable', { ...values, reason })
  }
  return [...found]
}

interface About {
  readonly item: NpmItem
  readonly integrity: string
  readonly keys: readonly SigningKey[]
  readonly session: Session
}

async function verifyOne(attestation: unknown, about: About): Promise<Checked> {
  const { item, integrity, keys, session } = about
  const predicateType = textIn(attestation, 'predicateType') ?? ''
  const verified = await verifyBundle(
    isObject(attestation) ? attestation.bundle : undefined,
    await session.trust(),
    {
      subject: npmSubject(item.name, item.version, integrity),
      predicateTypes: [predicateType],
      issuers: session.issuers,
      // The registry states that it took a version. Where it was built is for the run alone to say.
      ...(predicateType === NPM_PUBLISH && { keys }),
    },
  )
  return checkedOf(verified)
}
