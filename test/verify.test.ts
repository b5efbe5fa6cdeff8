import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { pypiPublishStatement, sign, toAttestation } from '@trustpub/provenance'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodeClient, pythonClients } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { buildDistributions, mintAsAction, twineUpload } from './support/python.ts'
import { openTestRegistry, packument, runOf, type TestRegistry } from './support/registry.ts'
import { PROGRAM } from './support/server.ts'
import { openSigstore, type TestSigstore } from './support/sigstore.ts'
import { type Finished, run, type Tool } from './support/tools.ts'

const PROVEN = '@acme/proven'
const SIGNED = '@acme/signed-only'

let sigstore: TestSigstore
beforeAll(async () => {
  sigstore = await openSigstore()
})

/** A registry that trusts the Sigstore, which signs for the registry's issuer. */
async function openRegistry(...args: readonly string[]): Promise<TestRegistry> {
  const roots = ['--sigstore', sigstore.trustedRootFile, '--transparency-log', sigstore.url]
  const registry = await openTestRegistry({ args: ['--trusted-only', ...roots, ...args] })
  sigstore.accept({ url: registry.github.url, provider: 'github', allowPrivateNetwork: true })
  return registry
}

function verify(registry: TestRegistry, words: readonly string[]): Promise<Finished> {
  const env = {
    ...cleanEnvironment(),
    TRUSTPUB_READ_TOKEN: registry.reader,
    NODE_EXTRA_CA_CERTS: join(registry.server.data, 'tls', 'certificate.pem'),
  }
  const roots = ['--sigstore', sigstore.trustedRootFile]
  const where = ['--registry', registry.url, '--issuer', `github=${registry.github.url}`]
  const args = [PROGRAM, 'verify', ...words, ...where, ...roots]
  return run(process.execPath, args, { cwd: temporaryFolder(), env })
}

describe('npm packages', () => {
  let registry: TestRegistry
  let npm: Tool | undefined
  beforeAll(async () => {
    registry = await openRegistry()
    await registry.trust([`npm:${PROVEN}`, `npm:${SIGNED}`])
  })

  it('are verified with what the registry shows of what npm published', async (ctx) => {
    npm = await nodeClient(ctx, 'npm 11')
    await publish(npm, PROVEN, ['--provenance', '--access=public'])
    await publish(npm, SIGNED, [])
    await attested(PROVEN)

    const verified = await verify(registry, [`npm:${PROVEN}@1.0.0`])
    expect(verified.output).toContain(`${registry.github.url}/acme/widget/actions/runs/`)
    expect(verified.output).toContain('3d3c42e5aac5ba805825da76410c181273ba90b1')
    expect(verified.output).toMatch(/signature +of the registry, key SHA256:/)
    expect(verified.status).toBe(0)

    const signed = await verify(registry, [`npm:${SIGNED}@1.0.0`])
    expect(signed.output).toMatch(/missing +provenance/)
    expect(signed.status).toBe(0)
  })

  it('end with the status that expectations and the network deserve', async () => {
    const repository = `${registry.github.url}/acme/widget`
    const expected = ['--repository', repository, '--workflow', 'release.yml']
    const proven = `npm:${PROVEN}@1.0.0`
    expect((await verify(registry, [proven, ...expected])).status).toBe(0)
    const other = await verify(registry, [proven, ...expected.with(3, 'test.yml')])
    expect(other.output).toContain('Another run built it than expected: workflow_ref is')
    expect(other.status).toBe(1)
    expect((await verify(registry, [`npm:${SIGNED}@1.0.0`, ...expected])).status).toBe(1)
    expect((await verify(registry, [`npm:${PROVEN}@9.9.9`])).status).toBe(1)
    expect((await verify(registry, [`npm:${PROVEN}`])).status).toBe(2)
    const gone = await verify({ ...registry, url: 'http://127.0.0.1:9/' }, [proven])
    expect(gone.output).toContain('could not be read: connect ECONNREFUSED')
    expect(gone.status).toBe(3)
  })

  it('are verified by the whole lock file that npm wrote', async () => {
    if (npm === undefined) throw new Error('The test before this one has not published')
    const project = temporaryFolder()
    writeFiles(project, {
      'package.json': JSON.stringify({ dependencies: { [PROVEN]: '1.0.0', [SIGNED]: '1.0.0' } }),
      '.npmrc': npmrc(registry.url, registry.reader),
    })
    const options = { cwd: project, env: cleanEnvironment() }
    const installed = await run(npm.program, [...npm.args, 'install'], options)
    expect(installed.status).toBe(0)

    const lock = join(project, 'package-lock.json')
    const verified = await verify(registry, [lock])
    expect(verified.output).toMatch(/verified provenance +1/)
    expect(verified.output).toMatch(/signature only +1/)
    expect(verified.status).toBe(0)

    const policy = join(project, 'policy.json')
    writeFileSync(policy, JSON.stringify({ rules: [{ packages: '*', require: 'provenance' }] }))
    const refused = await verify(registry, [lock, '--policy', policy, '--json'])
    expect(refused.status).toBe(1)
    const { counts, findings } = JSON.parse(refused.stdout)
    expect(counts).toMatchObject({ provenance: 1, failed: 1 })
    expect(findings[1]).toMatchObject({
      title: `npm:${SIGNED}@1.0.0`,
      files: [{ read: false, problems: [{ code: 'provenance_required' }] }],
    })

    const text = readFileSync(lock, 'utf8')
    writeFileSync(lock, text.replace(/sha512-.{4}/, 'sha512-AAAA'))
    const tampered = await verify(registry, [lock])
    expect(tampered.output).toContain('do not install it')
    expect(tampered.status).toBe(1)
  })

  async function publish(client: Tool, name: string, args: readonly string[]): Promise<void> {
    const directory = npmPackage(name, '1.0.0')
    const file = join(directory, 'package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
    const repository = `${registry.github.url}/acme/widget`
    writeFileSync(file, JSON.stringify({ ...manifest, repository }))
    const env = sigstore.leadHere(githubJob(registry, runOf(registry)))
    const published = await publishWith('npm 11', client, registry.url, { directory, env, args })
    expect(published.output).toContain(`+ ${name}@1.0.0`)
  }

  /** The registry makes its own attestation after it has answered. */
  async function attested(name: string): Promise<void> {
    const path = `/-/npm/v1/attestations/${name.replace('/', '%2f')}@1.0.0`
    await expect
      .poll(async () => {
        const answer = await registry.server.send(path, { token: registry.reader })
        return (answer.json().attestations as unknown[] | undefined)?.length
      })
      .toBe(2)
    expect((await packument(registry.server, name, registry.reader)).status).toBe(200)
  }
})

it('verifies the distributions that twine uploaded with attestations, and each on its own', async (ctx) => {
  const tools = await pythonClients(ctx)
  const registry = await openRegistry('--tls', 'self-signed')
  const name = 'acme-verified'
  await registry.trust([`pypi:${name}`])
  const built = await buildDistributions(tools, name, '1.0.0', 'verified')
  for (const file of built.files) writeFileSync(attestationFile(file), await attest(registry, file))
  const { token } = await mintAsAction(registry.server, githubJob(registry, runOf(registry)))
  const files = ['--attestations', ...built.files, ...built.files.map(attestationFile)]
  const uploaded = await twineUpload(tools, registry.server, String(token), { ...built, files })
  expect(uploaded.status).toBe(0)

  const repository = `${registry.github.url}/acme/widget`
  const expected = ['--repository', repository, '--workflow', 'release.yml']
  const verified = await verify(registry, [`pypi:${name}==1.0`, ...expected, '--json'])
  const { findings } = JSON.parse(verified.stdout)
  expect(findings).toMatchObject([
    { status: 'provenance', files: [{ read: true }, { read: true }] },
  ])
  expect(findings[0].files[0].attestations[0].builder).toMatchObject({
    repository,
    environment: 'release',
  })
  expect(verified.status).toBe(0)

  const hashes = built.files.map((file) => `--hash=sha256:${sha256(file)}`).join(' ')
  const lock = join(temporaryFolder(), 'requirements.txt')
  writeFileSync(lock, `${name}==1.0.0 ${hashes}\n`)
  const locked = await verify(registry, [lock, ...expected])
  expect(locked.output).toMatch(/verified provenance +1/)
  expect(locked.status).toBe(0)

  const wheel = built.files.find((file) => file.endsWith('.whl')) ?? ''
  expect((await verify(registry, [wheel, ...expected])).status).toBe(0)
  writeFileSync(wheel, 'other')
  const changed = await verify(registry, [wheel])
  expect(changed.output).toContain('but this file has')
  expect(changed.status).toBe(1)
})

function attestationFile(file: string): string {
  return `${file}.publish.attestation`
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

async function attest(registry: TestRegistry, file: string): Promise<string> {
  const statement = pypiPublishStatement({ filename: basename(file), sha256: sha256(file) })
  const bundle = await sign(statement, {
    services: { fulcio: sigstore.url, rekor: sigstore.url },
    identityToken: () =>
      registry.github.sign(findProvider('github').simulate(runOf(registry)), 'sigstore'),
  })
  return JSON.stringify(toAttestation(bundle))
}
