import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'

import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProvider } from '@trustpub/identity'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from './support/folders.ts'
import { recordLeftOut } from './support/left-out.ts'
import { publishBody, tarball } from './support/npm-packages.ts'
import {
  callApi,
  createToken,
  openTestRegistry,
  packument,
  runOf,
  setUp,
  type TestRegistry,
} from './support/registry.ts'
import { PROGRAM, SETUP_TOKEN, type Server, startServer } from './support/server.ts'
import { run } from './support/tools.ts'

describe('the set-up token', () => {
  it('is printed by the first start, makes one administrator, and is void from then on', async () => {
    const first = await startServer({ env: { TRUSTPUB_SETUP_TOKEN: undefined } })
    const { setUpToken = '' } = first.announced
    expect(setUpToken).toMatch(/^trustpub_/)
    expect(await setUp(first, setUpToken)).toMatch(/^trustpub_/)
    const again = await callApi(first, setUpToken, 'POST', '/set-up', { account: 'second' })
    expect([again.status, again.json().code]).toEqual([403, 'set_up_done'])
    await first.stop()

    const second = await startServer({ data: first.data, env: { TRUSTPUB_SETUP_TOKEN: undefined } })
    expect(second.announced).not.toHaveProperty('setUpToken')
    await second.stop()
  })

  it('is not printed when the operator chose it', async () => {
    const server = await startServer()
    expect(server.announced).not.toHaveProperty('setUpToken')
    const other = await callApi(server, 'another', 'POST', '/set-up', { account: 'admin' })
    expect(other.status).toBe(401)
    expect(await setUp(server, SETUP_TOKEN)).toMatch(/^trustpub_/)
    await server.stop()
  })
})

describe('the command line', () => {
  it('ends with 3 and names the port when another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { status, output } = await serve('--port', String(port))
    other.close()
    expect(status).toBe(3)
    expect(output).toContain(`127.0.0.1:${port} is in use by another program`)
  })

  it.each([
    [['--prot', '8080'], 'Did you mean --port?'],
    [['--port', 'eighty'], '--port must be a number up to 65535'],
    [['--port'], '--port needs a value'],
    [['--public-url', 'https://example.com/npm'], 'without a path'],
    [['--max-file-size', 'huge'], 'write for example 250 MB'],
    [['--new-packages', 'secret'], 'New packages can be "restricted" or "public"'],
    [['--tls', 'please'], '--tls can only be "self-signed"'],
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key go together'],
    [['--tls-cert', 'a.pem', '--tls-key', 'b.pem'], 'The file of --tls-cert cannot be read'],
    [['--database', 'mysql://host/db'], 'There is no database for mysql://'],
    [['--blobs', 's3://bucket'], 'There is no blob store for s3://'],
    [['--npm-audience', ','], 'The list of audiences for npm is empty'],
    [['here'], 'serve takes no argument: here'],
  ])('ends with 2 for %s', async (args, sentence) => {
    const { status, output } = await serve(...args)
    expect(output).toContain(sentence)
    expect(status).toBe(2)
  })

  function serve(...args: string[]) {
    const env = { PATH: process.env.PATH }
    const options = { cwd: temporaryFolder(), env, timeoutMs: 10_000 }
    const defaults = args.includes('--port') ? [] : ['--port', '0']
    return run(process.execPath, [PROGRAM, 'serve', ...defaults, ...args], options)
  }
})

it('keeps its self-signed certificate over restarts, so that clients go on trusting it', async () => {
  const first = await startServer({ args: ['--tls', 'self-signed'] })
  const certificate = readFileSync(join(first.data, 'tls', 'certificate.pem'), 'utf8')
  await first.stop()
  const second = await startServer({ args: ['--tls', 'self-signed'], data: first.data })
  expect((await second.send('/-/ping')).status).toBe(200)
  expect(readFileSync(join(first.data, 'tls', 'certificate.pem'), 'utf8')).toBe(certificate)
  await second.stop()
})

describe('a publish', () => {
  let registry: TestRegistry
  let token: string
  beforeAll(async () => {
    registry = await openTestRegistry()
    token = await createToken(registry, ['read', 'publish'])
  })

  it('that was confirmed survives kill -9 right after the answer, ten times out of ten', async () => {
    const data = temporaryFolder()
    let server = await startServer({ data })
    const owner = await setUp(server)
    for (let round = 1; round <= 10; round++) {
      const [version, tgz] = [
        `1.0.${round}`,
        tarball('killed', `1.0.${round}`, randomBytes(200_000)),
      ]
      const answer = await put(server, owner, 'killed', version, tgz)
      await server.kill()
      expect(answer.status).toBe(201)
      server = await startServer({ data })
      const known = (await packument(server, 'killed', owner)).json()
      expect(known['dist-tags']).toEqual({ latest: version })
      const stored = await server.send(`/killed/-/killed-${version}.tgz`, { token: owner })
      expect(stored.bytes.equals(tgz)).toBe(true)
    }
    await server.stop()
  })

  it('that kill -9 cut off is not to be seen, and can be sent again', async () => {
    const data = temporaryFolder()
    const first = await startServer({ data })
    const owner = await setUp(first)
    const tgz = tarball('cut-off', '1.0.0', randomBytes(3_000_000))
    const upload = startUpload(first, owner, publishBody('cut-off', '1.0.0', tgz))
    await upload.half
    await first.kill()
    await upload.answer.catch(() => undefined)
    const second = await startServer({ data })
    expect((await packument(second, 'cut-off', owner)).status).toBe(404)
    expect((await put(second, owner, 'cut-off', '1.0.0', tgz)).status).toBe(201)
    await second.stop()
  })

  it('that runs when SIGTERM comes is completed before the server ends', async () => {
    const data = temporaryFolder()
    const first = await startServer({ data })
    const owner = await setUp(first)
    const tgz = tarball('in-time', '1.0.0', randomBytes(3_000_000))
    const upload = startUpload(first, owner, publishBody('in-time', '1.0.0', tgz))
    await upload.half
    const stopped = first.stop()
    await sleep(500)
    await expect(first.send('/-/ping')).rejects.toThrow()
    upload.finish()
    expect(await upload.answer).toBe(201)
    expect(await stopped).toBe(0)
    const second = await startServer({ data })
    expect((await packument(second, 'in-time', owner)).status).toBe(200)
    await second.stop()
  })

  it('of 60 MB does not pass through the memory as a whole', async (ctx) => {
    const peak = () => Number(/VmHWM:\s+(\d+)/.exec(status(registry.server.pid))?.[1]) / 1024
    if (!existsSync('/proc/self/status')) {
      const sentence = `${ctx.task.name}: peak memory is read from /proc, which is not here.`
      recordLeftOut(sentence)
      return ctx.skip(sentence)
    }
    const tgz = tarball('large', '1.0.0', randomBytes(60_000_000))
    const before = peak()
    expect((await put(registry.server, token, 'large', '1.0.0', tgz)).status).toBe(201)
    expect(peak() - before).toBeLessThan(150)
  })

  it.each([
    ['no JSON', '{"name": '],
    ['another name', publishBody('other', '1.0.0', tarball('other', '1.0.0', Buffer.from('')))],
    ['no attachment', '{"name":"malformed","versions":{"1.0.0":{}}}'],
    ['an array', '[]'],
    [
      'base64 that is none',
      publishBody('malformed', '1.0.0', Buffer.from('x')).replace('eA==', '!!!!'),
    ],
    ['a tarball that is none', publishBody('malformed', '1.0.0', randomBytes(500))],
  ])('with %s in its body is refused with 4xx and a sentence', async (_what, body) => {
    const answer = await sendPackage(registry.server, token, 'malformed', body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(String(answer.json().error).length).toBeGreaterThan(20)
    expect(await registry.exists('malformed')).toBe(false)
  })

  it('leaves no token in the log', async () => {
    const idToken = await registry.github.sign(claimsOf(registry), 'npm:localhost')
    await registry.trust(['npm:logged'])
    const exchanged = await exchange(registry.server, 'logged', idToken)
    const given = String(exchanged.json().token)
    await registry.server.send(`/-/user/token/${given}`, { method: 'DELETE', token: given })
    await registry.server.send(`/${idToken}`, { token: given })
    const log = registry.server.log()
    expect(log).toContain('/-/npm/v1/oidc/token/exchange/package/logged')
    for (const secret of [idToken, given, token, registry.admin, SETUP_TOKEN]) {
      expect(log).not.toContain(secret)
      expect(log).not.toContain(secret.slice(-20))
    }
  })
})

describe('two servers on the same data', () => {
  let registry: TestRegistry
  let second: Server
  beforeAll(async () => {
    registry = await openTestRegistry()
    second = await startServer({ data: registry.server.data })
  })

  it('exchange one ID token once between them', async () => {
    await registry.trust(['npm:raced'])
    for (let round = 0; round < 5; round++) {
      const idToken = await registry.github.sign(claimsOf(registry), 'npm:localhost')
      const both = [registry.server, second, registry.server, second]
      const answers = await Promise.all(both.map((each) => exchange(each, 'raced', idToken)))
      const statuses = answers.map(({ status }) => status).sort()
      expect(statuses).toEqual([201, 403, 403, 403])
    }
  })

  it('show at once what was published at the other', async () => {
    const token = await createToken(registry, ['read', 'publish'])
    for (const version of ['1.0.0', '1.0.1']) {
      const tgz = tarball('seen', version, randomBytes(1000))
      expect((await put(registry.server, token, 'seen', version, tgz)).status).toBe(201)
      const known = (await packument(second, 'seen', token)).json()
      expect(known['dist-tags']).toEqual({ latest: version })
      const stored = await second.send(`/seen/-/seen-${version}.tgz`, { token })
      expect(stored.bytes.equals(tgz)).toBe(true)
    }
  })
})

function claimsOf(registry: TestRegistry) {
  return findProvider('github').simulate(runOf(registry))
}

function exchange(server: Server, name: string, idToken: string) {
  const path = `/-/npm/v1/oidc/token/exchange/package/${name}`
  return server.send(path, { method: 'POST', token: idToken })
}

function put(server: Server, token: string, name: string, version: string, tgz: Buffer) {
  return sendPackage(server, token, name, publishBody(name, version, tgz))
}

function sendPackage(server: Server, token: string, name: string, body: string) {
  const headers = { 'content-type': 'application/json' }
  return server.send(`/${name}`, { method: 'PUT', token, headers, body })
}

/** An upload that stops halfway until it is told to go on. */
function startUpload(server: Server, token: string, body: string) {
  const { name } = JSON.parse(body) as { name: string }
  const outgoing = request(`${server.url}/${name}`, {
    method: 'PUT',
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  })
  const answer = new Promise<number>((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', (response) => resolve(response.resume().statusCode ?? 0))
  })
  // A server that is killed may cut the connection before anybody waits for the answer.
  answer.catch(() => undefined)
  const middle = Math.floor(body.length / 2)
  const half = new Promise<void>((resolve) => {
    // The bytes are in the hands of the system when this is called; the server reads them within moments.
    outgoing.write(body.slice(0, middle), () => setTimeout(resolve, 300))
  })
  return { half, answer, finish: () => void outgoing.end(body.slice(middle)) }
}

function status(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8')
}
