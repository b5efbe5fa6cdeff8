import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { nodeClient, pythonAttestations, pythonClients } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmManifest } from './support/npm-packages.ts'
import { trustpub } from './support/project.ts'
import { npmrc } from './support/publish.ts'
import { buildDistributions } from './support/python.ts'
import { openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { openSigstore, type TestSigstore } from './support/sigstore.ts'
import { type Finished, run } from './support/tools.ts'

/** Verifies what the integrity API answers with pypa's library, against our roots in place of the public ones. */
const VERIFY = `
import sys
from pathlib import Path
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier, policy
from pypi_attestations import Distribution, Provenance
root, answer, dist, identity, issuer = sys.argv[1:]
Verifier.production = classmethod(lambda cls, **_: cls(trusted_root=TrustedRoot.from_file(root)))
[bundle] = Provenance.model_validate_json(Path(answer).read_bytes()).attestation_bundles
for attestation in bundle.attestations:
    signer = policy.Identity(identity=identity, issuer=issuer)
    print(attestation.verify(signer, Distribution.from_file(Path(dist)))[0])
`

let sigstore: TestSigstore
let registry: TestRegistry
beforeAll(async () => {
  sigstore = await openSigstore()
  const args = ['--sigstore', sigstore.trustedRootFile, '--transparency-log', sigstore.url]
  registry = await openTestRegistry({ args: ['--trusted-only', ...args] })
  sigstore.accept({ url: registry.github.url, provider: 'github', allowPrivateNetwork: true })
})

describe('provenance', () => {
  it('goes along, and npm audit signatures verifies it', async (ctx) => {
    const name = '@acme/proven'
    await registry.trust([`npm:${name}`])
    const published = await publish(packageOf(name, `${registry.github.url}/acme/widget`))
    expect(published.stdout).toMatch(/@acme\/proven@1\.0\.0 .* published .*signed/)
    expect(published.status).toBe(0)
    const audited = await audit(ctx, name)
    expect(audited.output).toContain('1 package has a verified attestation')
    expect(audited.status).toBe(0)
  })

  it('that names another repository than package.json stops the upload, with the cause', async () => {
    const name = '@acme/proven-elsewhere'
    await registry.trust([`npm:${name}`])
    const refused = await publish(packageOf(name, 'https://github.com/acme/elsewhere'))
    expect(refused.status).toBe(1)
    expect(refused.stdout).toContain('package.json names "https://github.com/acme/elsewhere"')
    expect(await registry.exists(name)).toBe(false)
  })

  it('is not made in a dry run, since nothing leaves a public log again', async () => {
    const name = '@acme/proven-dry'
    await registry.trust([`npm:${name}`])
    const before = sigstore.logged()
    const folder = packageOf(name, `${registry.github.url}/acme/widget`)
    expect((await publish(folder, '--dry-run')).status).toBe(0)
    expect(sigstore.logged()).toBe(before)
  })

  it('is left out if nobody wants it', async () => {
    const name = '@acme/unproven'
    await registry.trust([`npm:${name}`])
    const before = sigstore.logged()
    const folder = packageOf(name, `${registry.github.url}/acme/widget`)
    const { stdout } = await publish(folder, '--provenance', 'never', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ outcome: 'published', signed: false }] })
    // The registry logs an attestation of its own.
    expect(sigstore.logged() - before).toBeLessThan(2)
  })
})

describe('attestations', () => {
  it('go along with wheel and sdist, and pypi-attestations verifies them', async (ctx) => {
    const tools = await pythonClients(ctx)
    const python = await pythonAttestations(ctx)
    const name = 'acme-attested-here'
    await registry.trust([`pypi:${name}`])
    const built = await buildDistributions(tools, name, '1.0.0', 'attested')
    const published = await publish(built.folder, '--provenance', 'always')
    expect(published.output).not.toMatch(/error/i)
    expect(published.status).toBe(0)
    const identity = `${registry.github.url}/acme/widget/.github/workflows/release.yml@refs/tags/v1.0.0`
    for (const file of built.files) {
      const path = `/integrity/${name}/1.0.0/${basename(file)}/provenance`
      const answer = join(temporaryFolder(), 'provenance.json')
      writeFileSync(answer, (await registry.server.send(path, { token: registry.reader })).text)
      const args = [sigstore.trustedRootFile, answer, file, identity, registry.github.url]
      const options = { cwd: temporaryFolder(), env: cleanEnvironment() }
      const verified = await run(python, ['-c', VERIFY, ...args], options)
      expect(verified.output.trim().split('\n').sort()).toEqual([
        'https://docs.pypi.org/attestations/publish/v1',
        'https://slsa.dev/provenance/v1',
      ])
    }
  })
})

function publish(path: string, ...args: readonly string[]): Promise<Finished> {
  const services = ['--fulcio', sigstore.url, '--rekor', sigstore.url]
  const all = ['publish', path, '--registry', registry.url, ...services, ...args]
  return trustpub(temporaryFolder(), all, githubJob(registry, runOf(registry)))
}

function packageOf(name: string, repository: string): string {
  const folder = temporaryFolder()
  writeFiles(folder, {
    'package.json': JSON.stringify({ ...npmManifest(name, '1.0.0'), repository }),
    'index.js': 'export const text = ""\n',
  })
  return folder
}

async function audit(ctx: TestContext, name: string): Promise<Finished> {
  const { program, args } = await nodeClient(ctx, 'npm 11')
  const project = temporaryFolder()
  const dependencies = { [name]: '1.0.0' }
  writeFiles(project, {
    'package.json': JSON.stringify({ name: 'app', private: true, dependencies }),
    '.npmrc': npmrc(registry.url, registry.reader),
  })
  const env = sigstore.leadHere(cleanEnvironment())
  const start = (...more: string[]) => run(program, [...args, ...more], { cwd: project, env })
  const installed = await start('install')
  return installed.status === 0 ? start('audit', 'signatures') : installed
}
