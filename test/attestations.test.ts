import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { pypiPublishStatement, sign, toAttestation } from '@trustpub/provenance'
import { beforeAll, describe, expect, it } from 'vitest'
import { pythonAttestations, pythonClients } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import {
  buildDistributions,
  type Distributions,
  mintAsAction,
  twineUpload,
  uvPublish,
} from './support/python.ts'
import { openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { openSigstore, type TestSigstore } from './support/sigstore.ts'
import { run } from './support/tools.ts'

/** Verifies what the integrity API answers with pypa's library, against our roots in place of the public ones. */
const VERIFY = `
import sys
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier, policy
from pypi_attestations import Distribution, Provenance
root, answer, dist, identity, issuer = sys.argv[1:]
Verifier.production = classmethod(lambda cls, **_: cls(trusted_root=TrustedRoot.from_file(root)))
from pathlib import Path
[bundle] = Provenance.model_validate_json(Path(answer).read_bytes()).attestation_bundles
for attestation in bundle.attestations:
    signer = policy.Identity(identity=identity, issuer=issuer)
    print(attestation.verify(signer, Distribution.from_file(Path(dist)))[0])
print(bundle.publisher.repository, bundle.publisher.workflow, bundle.publisher.environment)
`

let sigstore: TestSigstore
let registry: TestRegistry
beforeAll(async () => {
  sigstore = await openSigstore()
  const args = ['--trusted-only', '--tls', 'self-signed', '--sigstore', sigstore.trustedRootFile]
  registry = await openTestRegistry({ args })
  sigstore.accept({ url: registry.github.url, provider: 'github', allowPrivateNetwork: true })
})

describe('attestations beside the distributions', () => {
  it('are sent by uv, and what the registry shows is verified by pypi-attestations', async (ctx) => {
    const tools = await pythonClients(ctx)
    const python = await pythonAttestations(ctx)
    const name = 'acme-attested'
    await registry.trust([`pypi:${name}`])
    const built = await attested(await buildDistributions(tools, name, '1.0.0', 'attested'))
    const env = githubJob(registry, runOf(registry))
    // uv looks for them among the files that it is given, as in dist/*.
    const files = [...built.files, ...built.files.map(attestationFile)]
    const published = await uvPublish(tools, registry.server, env, { ...built, files })
    expect(published.output).not.toMatch(/error/i)
    expect(published.status).toBe(0)

    const wheel = built.files.find((file) => file.endsWith('.whl')) ?? ''
    const answer = await provenanceOf(name, wheel)
    expect(answer.status).toBe(200)
    const file = join(temporaryFolder(), 'provenance.json')
    writeFileSync(file, answer.text)
    const identity = `${registry.github.url}/acme/widget/.github/workflows/release.yml@refs/tags/v1.0.0`
    const args = [sigstore.trustedRootFile, file, wheel, identity, registry.github.url]
    const options = { cwd: temporaryFolder(), env: cleanEnvironment() }
    const verified = await run(python, ['-c', VERIFY, ...args], options)
    expect(verified.output.trim().split('\n')).toEqual([
      'https://docs.pypi.org/attestations/publish/v1',
      'acme/widget release.yml release',
    ])
  })

  it('are sent by twine, which shows why one for other bytes is refused', async (ctx) => {
    const tools = await pythonClients(ctx)
    const name = 'acme-attested-by-twine'
    await registry.trust([`pypi:${name}`])
    const { token } = await mintAsAction(registry.server, githubJob(registry, runOf(registry)))
    const built = await attested(await buildDistributions(tools, name, '1.0.0', 'by twine'))
    const upload = (files: readonly string[]) =>
      twineUpload(tools, registry.server, String(token), {
        ...built,
        files: ['--attestations', ...files],
      })
    const uploaded = await upload([...built.files, ...built.files.map(attestationFile)])
    expect(uploaded.output).not.toMatch(/error/i)
    expect(uploaded.status).toBe(0)
    for (const file of built.files) expect((await provenanceOf(name, file)).status).toBe(200)

    const later = await buildDistributions(tools, name, '2.0.0', 'later')
    const [first = ''] = later.files
    writeFileSync(attestationFile(first), await attestation(first, Buffer.from('other bytes')))
    const refused = await upload([first, attestationFile(first)])
    expect(refused.status).not.toBe(0)
    expect(refused.output.replace(/\s+/g, ' ')).toContain('but this file has')
    expect((await provenanceOf(name, first, '2.0.0')).status).toBe(404)
  })
})

/** The distributions with an attestation file beside each. */
async function attested(built: Distributions): Promise<Distributions> {
  for (const file of built.files)
    writeFileSync(attestationFile(file), await attestation(file, readFileSync(file)))
  return built
}

function attestationFile(file: string): string {
  return `${file}.publish.attestation`
}

async function attestation(file: string, bytes: Buffer): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const bundle = await sign(pypiPublishStatement({ filename: basename(file), sha256 }), {
    services: { fulcio: sigstore.url, rekor: sigstore.url },
    identityToken: () =>
      registry.github.sign(findProvider('github').simulate(runOf(registry)), 'sigstore'),
  })
  return JSON.stringify(toAttestation(bundle))
}

function provenanceOf(name: string, file: string, version = '1.0.0') {
  const path = `/integrity/${name}/${version}/${basename(file)}/provenance`
  return registry.server.send(path, { token: registry.reader })
}
