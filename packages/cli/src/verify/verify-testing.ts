import { createHash, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Claims,
  findProvider,
  KeySets,
  type SimulatedRun,
  verifyIdToken,
} from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import {
  type Bundle,
  npmProvenance,
  npmPublishStatement,
  npmSubject,
  type Statement,
  sign,
  signWithKey,
} from '@trustpub/provenance'
import { type PrivateSigstore, startPrivateSigstore } from '@trustpub/provenance/private'

const github = findProvider('github')
export const RUN: SimulatedRun = github.example.run

/** A Sigstore of our own that signs for GitHub's issuer, and the trusted-root file for it. */
export interface SigningKit {
  readonly folder: string
  readonly trustedRoot: string
  readonly signAs: (statement: Statement, claims?: Claims) => Promise<Bundle>
  readonly signWith: (key: RegistryKeyPair, statement: Statement) => Promise<Bundle>
  readonly close: () => Promise<void>
}

export async function openSigningKit(): Promise<SigningKit> {
  const folder = await mkdtemp(join(tmpdir(), 'trustpub-verify-'))
  const issuer: DevelopmentIssuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
  const keys = new KeySets({ fetch: issuer.fetchJson })
  const known = { url: RUN.issuer, provider: 'github', allowPrivateNetwork: false }
  const sigstore: PrivateSigstore = await startPrivateSigstore({
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => (url === known.url ? known : undefined),
        keys,
        audiences: ['sigstore'],
        now: Date.now(),
      }),
  })
  const trustedRoot = join(folder, 'trusted_root.json')
  await writeFile(trustedRoot, JSON.stringify(sigstore.trustedRoot))
  const services = { fulcio: sigstore.url, rekor: sigstore.url }
  return {
    folder,
    trustedRoot,
    signAs: (statement, claims = {}) =>
      sign(statement, {
        services,
        identityToken: () => issuer.sign({ ...github.simulate(RUN), ...claims }, 'sigstore'),
      }),
    signWith: ({ privateKey, keyid }, statement) =>
      signWithKey(statement, { privateKey, keyid, services }),
    close: async () => {
      await sigstore.close()
      await issuer.close()
      await rm(folder, { recursive: true })
    },
  }
}

export interface RegistryKeyPair {
  readonly privateKey: KeyObject
  readonly keyid: string
  /** As `/-/npm/v1/keys` lists it. */
  readonly listed: Readonly<Record<string, unknown>>
}

export function registryKeyPair(expires: string | null = null): RegistryKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = publicKey.export({ format: 'der', type: 'spki' })
  const keyid = `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`
  return { privateKey, keyid, listed: { keyid, expires, key: der.toString('base64') } }
}

export function integrityOf(bytes: string): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}

export function sha256Of(bytes: string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The variables of the run's job. */
const JOB = {
  ...github.jobVariables(RUN),
  GITHUB_REPOSITORY_ID: String(github.simulate(RUN).repository_id),
  GITHUB_REPOSITORY_OWNER_ID: String(github.simulate(RUN).repository_owner_id),
  GITHUB_RUN_ID: String(github.simulate(RUN).run_id),
  GITHUB_RUN_ATTEMPT: '1',
}

export function provenanceFor(name: string, version: string, tarball: string): Statement {
  return npmProvenance('github', JOB, npmSubject(name, version, integrityOf(tarball)))
}

export function publishedFor(name: string, version: string, tarball: string): Statement {
  const registry = 'https://registry.example.com'
  return npmPublishStatement({ name, version, integrity: integrityOf(tarball), registry })
}

/** A signature as a registry makes it for `dist.signatures`. */
export function registrySignature(
  { privateKey, keyid }: RegistryKeyPair,
  name: string,
  version: string,
  tarball: string,
): { readonly keyid: string; readonly sig: string } {
  const text = Buffer.from(`${name}@${version}:${integrityOf(tarball)}`)
  return { keyid, sig: signBytes('sha256', text, privateKey).toString('base64') }
}

/** What a test registry answers, by path: JSON, bytes, or a status. */
export type Answers = Record<string, unknown>

export interface TestRegistry {
  readonly url: URL
  readonly answers: Answers
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[]
  readonly close: () => Promise<void>
}

/** A registry that answers what it is told, 404 for all else, and remembers what it was asked. */
export async function startTestRegistry(): Promise<TestRegistry> {
  const answers: Answers = {}
  const asked: { path: string; authorization: string | undefined }[] = []
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, authorization: request.headers.authorization })
    const answer = Object.hasOwn(answers, path) ? answers[path] : 404
    if (typeof answer === 'number') response.writeHead(answer).end()
    else if (answer instanceof URL) response.writeHead(302, { location: answer.href }).end()
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    answers,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
