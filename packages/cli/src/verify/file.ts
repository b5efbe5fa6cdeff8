import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Refusal } from '@trustpub/identity'
import { fromAttestation, MAX_BUNDLE_BYTES, verifyBundle } from '@trustpub/provenance'
import { type Checked, checkedOf } from './attested.ts'
import { refuse } from './errors.ts'
import { collector, type Evidence } from './evidence.ts'
import type { FileItem } from './item.ts'
import { isObject, listIn, objectIn, textIn } from './json.ts'
import type { Session } from './session.ts'

/** What signing tools call their files: npm and GitHub, sigstore-python, pypi-attestations and uv. */
const BESIDE = /^(?:\.sigstore|\.sigstore\.json|(?:\.[a-z]+)*\.attestation)$/

/** Verifies a file on this machine with the bundles beside it, or the one that was named. */
export async function verifyFile(item: FileItem, session: Session): Promise<Evidence> {
  const digests = await digestsOf(item.path)
  const bundles = item.bundle === undefined ? await bundlesBeside(item.path) : [item.bundle]
  const problems: Refusal[] = []
  const collect = collector(problems)
  const checked: Checked[] = []
  for (const bundle of bundles) {
    const one = await verifyOne(bundle, item.path, digests, session).catch(collect(undefined))
    if (one !== undefined) checked.push(one)
  }
  return {
    file: item.path,
    digest: `sha256:${digests.sha256}`,
    read: true,
    signatures: [],
    signs: false,
    checked,
    problems,
  }
}

interface Digests {
  readonly sha256: string
  readonly sha512: string
}

async function digestsOf(path: string): Promise<Digests> {
  const [sha256, sha512] = [createHash('sha256'), createHash('sha512')]
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sha256.update(chunk)
    sha512.update(chunk)
  }
  return { sha256: sha256.digest('hex'), sha512: sha512.digest('hex') }
}

async function bundlesBeside(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)]
  const names = await readdir(folder)
  return names
    .filter((each) => each.startsWith(name) && BESIDE.test(each.slice(name.length)))
    .sort()
    .map((each) => join(folder, each))
}

async function verifyOne(
  bundleFile: string,
  path: string,
  digests: Digests,
  session: Session,
): Promise<Checked> {
  const json = await readJson(bundleFile)
  const bundle = isObject(json) && 'envelope' in json ? fromAttestation(json) : json
  const verified = await verifyBundle(bundle, await session.trust(), {
    subject: subjectOf(bundle, path, digests),
    issuers: session.issuers,
  })
  return checkedOf(verified)
}

/**
 * What the statement has to be about. A tarball of npm is known there by its package URL, and what it is called on this
 * machine does not matter; everything else must have the name that it was signed under.
 */
function subjectOf(bundle: unknown, path: string, { sha256, sha512 }: Digests) {
  const name = textIn(listIn(statementOf(bundle), 'subject')[0], 'name') ?? ''
  if (/^pkg:npm\//.test(name)) return { name, digest: { sha512 } }
  return { name: basename(path), digest: { sha256 } }
}

/** The statement, before anything is verified; an empty object if there is none, which the verification says better. */
function statementOf(bundle: unknown): unknown {
  try {
    const payload = textIn(objectIn(bundle, 'dsseEnvelope'), 'payload') ?? ''
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  } catch {
    return {}
  }
}

async function readJson(path: string): Promise<unknown> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > MAX_BUNDLE_BYTES) {
      const reason = `it is larger than ${MAX_BUNDLE_BYTES} bytes`
      throw refuse('bundle_unreadable', { file: path, reason })
    }
    return JSON.parse(await file.readFile('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw refuse('bundle_unreadable', { file: path, reason: 'it is not JSON' })
  } finally {
    await file.close()
  }
}
