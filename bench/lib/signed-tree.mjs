import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  integrityOf,
  provenanceFor,
  publishedFor,
  RUN,
  registryKeyPair,
  registrySignature,
  startTestRegistry,
} from '../../packages/cli/dist/verify/verify-testing.js'
import { findProvider, KeySets, verifyIdToken } from '../../packages/identity/dist/index.js'
import { startDevelopmentIssuer } from '../../packages/identity/dist/testing/index.js'
import { sign, signWithKey } from '../../packages/provenance/dist/index.js'
import {
  SIGSTORE_HOSTS,
  startPrivateSigstore,
} from '../../packages/provenance/dist/private/index.js'
import { selfSigned } from '../../packages/registry/dist/index.js'
import { closedNetwork } from './clients.mjs'

const VERSION = '1.0.0'

/**
 * A registry on loopback whose packages carry its signature, provenance and its publish attestation, signed for real by
 * a Sigstore on loopback; and a folder where they are installed. The packages hold nothing: neither program looks inside.
 * @param {import('./workbench.mjs').Workbench} workbench
 * @param {number} count
 */
export async function openSignedTree(workbench, count) {
  const folder = workbench.folder('verify')
  const { issuer, sigstore } = await startSigstore(folder)
  const ports = new Map(SIGSTORE_HOSTS.map((host) => [host, sigstore.securePort ?? 0]))
  const network = await closedNetwork(ports)
  const registry = await startTestRegistry()
  const key = registryKeyPair()
  const listed = { ...key.listed, keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256' }
  registry.answers['/-/npm/v1/keys'] = { keys: [listed] }
  sigstore.publishRegistryKeys(registry.url.href, /** @type {any} */ ([key.listed]))
  const signer = signerOf(issuer, sigstore, key)
  const versions = []
  for (let at = 0; at < count; at++) {
    versions.push(await addPackage(registry, signer, `@acme/signed-${at}`))
  }
  const project = join(folder, 'project')
  install(project, registry.url.href, versions)
  const root = join(folder, 'root.json')
  writeFileSync(root, sigstore.tufRoot)
  return {
    project,
    lock: join(project, 'package-lock.json'),
    /** For `trustpub verify`: where its roots of trust come from. */
    sigstoreArgs: ['--sigstore', sigstore.url, '--sigstore-root', root],
    /** An environment with empty caches, whose npm takes this Sigstore for the public one. */
    freshEnvironment: () => {
      const home = mkdtempSync(join(folder, 'home-'))
      const seed = join(home, '.npm/_tuf/tuf-repo-cdn.sigstore.dev')
      mkdirSync(seed, { recursive: true })
      writeFileSync(join(seed, 'root.json'), sigstore.tufRoot)
      const certificate = join(folder, 'tls', 'certificate.pem')
      return { ...network.environment(home), NODE_EXTRA_CA_CERTS: certificate }
    },
    close: async () => {
      for (const server of [registry, network, sigstore, issuer]) await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** @param {string} folder */
async function startSigstore(folder) {
  const issuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
  const keys = new KeySets({ fetch: issuer.fetchJson })
  const known = { url: RUN.issuer, provider: 'github', allowPrivateNetwork: false }
  const sigstore = await startPrivateSigstore({
    tls: await selfSigned(join(folder, 'tls'), SIGSTORE_HOSTS),
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => (url === known.url ? known : undefined),
        keys,
        audiences: ['sigstore'],
        now: Date.now(),
      }),
  })
  return { issuer, sigstore }
}

/**
 * @param {import('@trustpub/identity/testing').DevelopmentIssuer} issuer
 * @param {import('@trustpub/provenance/private').PrivateSigstore} sigstore
 * @param {ReturnType<typeof registryKeyPair>} key
 */
function signerOf(issuer, { url }, key) {
  const services = { fulcio: url, rekor: url }
  const claims = findProvider('github').simulate(RUN)
  const identityToken = () => issuer.sign(claims, 'sigstore')
  return {
    key,
    /** @param {import('@trustpub/provenance').Statement} statement */
    byJob: (statement) => sign(statement, { services, identityToken }),
    /** @param {import('@trustpub/provenance').Statement} statement */
    byRegistry: (statement) => signWithKey(statement, { ...key, services }),
  }
}

/**
 * @param {Awaited<ReturnType<typeof startTestRegistry>>} registry
 * @param {ReturnType<typeof signerOf>} signer
 * @param {string} name
 */
async function addPackage({ url, answers }, signer, name) {
  const bytes = `the tarball of ${name}`
  const provenance = provenanceFor(name, VERSION, bytes)
  const published = publishedFor(name, VERSION, bytes)
  const path = name.replace('/', '%2f')
  const attestations = `/-/npm/v1/attestations/${path}@${VERSION}`
  const { predicateType } = provenance
  const dist = {
    integrity: integrityOf(bytes),
    tarball: new URL(`/${name}/-/${name.split('/')[1]}-${VERSION}.tgz`, url).href,
    signatures: [registrySignature(signer.key, name, VERSION, bytes)],
    attestations: { url: new URL(attestations, url).href, provenance: { predicateType } },
  }
  const manifest = { name, version: VERSION, dist }
  const document = {
    name,
    'dist-tags': { latest: VERSION },
    versions: { [VERSION]: manifest },
    time: { [VERSION]: '2026-01-01T00:00:00.000Z' },
  }
  const signed = [
    { predicateType, bundle: await signer.byJob(provenance) },
    { predicateType: published.predicateType, bundle: await signer.byRegistry(published) },
  ]
  // As texts, so that answering costs little beside what is measured.
  answers[`/${path}`] = JSON.stringify(document)
  answers[`/${path}/${VERSION}`] = JSON.stringify(manifest)
  answers[attestations] = JSON.stringify({ attestations: signed })
  return manifest
}

/**
 * What `npm ci` would leave: lock file, folders, and the lock file of what is there.
 * @param {string} project
 * @param {string} registry
 * @param {readonly Awaited<ReturnType<typeof addPackage>>[]} manifests
 */
function install(project, registry, manifests) {
  const root = {
    name: 'installed',
    version: VERSION,
    dependencies: Object.fromEntries(manifests.map(({ name, version }) => [name, version])),
  }
  const packages = Object.fromEntries(
    manifests.map(({ name, version, dist: { tarball, integrity } }) => [
      `node_modules/${name}`,
      { version, resolved: tarball, integrity },
    ]),
  )
  const lock = { name: root.name, version: VERSION, lockfileVersion: 3, requires: true }
  for (const { name, version } of manifests) {
    writeJson(join(project, 'node_modules', name), 'package.json', { name, version })
  }
  writeJson(project, 'package.json', root)
  writeJson(project, 'package-lock.json', { ...lock, packages: { '': root, ...packages } })
  writeJson(join(project, 'node_modules'), '.package-lock.json', { ...lock, packages })
  writeFileSync(join(project, '.npmrc'), `registry=${registry}\n`)
}

/**
 * @param {string} folder
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(folder, file, value) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), JSON.stringify(value))
}
