import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchJson, isPrivateAddress } from './fetch-json.ts'

const servers: Server[] = []

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/doc`)
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('isPrivateAddress', () => {
  it.each([
    ...['0.0.0.0', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1'],
    ...['127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1'],
    ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::FFFF:10.0.0.1', '::ffff:7f00:1'],
    ...['::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:c0a8:101', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1'],
    ...['2002:7f00:1::', '2002:a9fe:a9fe::1', '2001::1', '100::1'],
  ])('counts %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  it.each([
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0'],
    ...['126.255.255.255', '128.0.0.1', '169.253.255.255', '172.15.255.255', '172.32.0.0'],
    ...['192.167.255.255', '192.169.0.0', '223.255.255.255', '140.82.112.3'],
    ...['2606:4700::1111', '2a01:111:f403::1', '::ffff:8.8.8.8', '::ffff:808:808'],
  ])('does not count %s', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })
})

describe('fetchJson', () => {
  it('reads JSON', async () => {
    const url = await serve((request, response) => {
      response.end(JSON.stringify({ accept: request.headers.accept }))
    })
    expect(await fetchJson(url, true)).toEqual({ accept: 'application/json' })
  })

  it.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[0:0::ffff:a00:1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
  ])('does not connect to %s unless private addresses are allowed', async (url) => {
    await expect(fetchJson(new URL(url), false)).rejects.toThrow('private address')
  })

  it.each(['http://issuer.example/', 'ftp://issuer.example/', 'file:///etc/passwd', 'data:,{}'])(
    'reads %s never without TLS',
    async (url) => {
      await expect(fetchJson(new URL(url), false)).rejects.toThrow('is not https')
    },
  )

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:,{}'])(
    'does not know %s at all',
    async (url) => {
      await expect(fetchJson(new URL(url), true)).rejects.toThrow()
    },
  )

  it.each([301, 302, 307, 308])('follows no redirect (%d)', async (status) => {
    let reached = false
    const target = await serve((_, response) => {
      reached = true
      response.end('{}')
    })
    const url = await serve((_, response) => {
      response.writeHead(status, { location: target.href }).end('{}')
    })
    await expect(fetchJson(url, true)).rejects.toThrow(`answered ${status}`)
    expect(reached).toBe(false)
  })

  it.each([201, 204, 404, 500])('refuses status %d', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end())
    await expect(fetchJson(url, true)).rejects.toThrow(`answered ${status}`)
  })

  it.each(['', 'null,', '<html>', '{', '{"a":1}{'])('refuses %j as JSON', async (text) => {
    const url = await serve((_, response) => response.end(text))
    await expect(fetchJson(url, true)).rejects.toThrow('did not answer with JSON')
  })

  it('stops reading an answer that is too long', async () => {
    const url = await serve((_, response) => {
      response.on('error', () => undefined)
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    await expect(fetchJson(url, true)).rejects.toThrow('answered too much')
  })

  it('accepts 256 KiB and not a byte more', async () => {
    const answer = (bytes: number) =>
      serve((_, response) => response.end(`"${'x'.repeat(bytes - 2)}"`))
    await expect(fetchJson(await answer(256 * 1024), true)).resolves.toBeTypeOf('string')
    await expect(fetchJson(await answer(256 * 1024 + 1), true)).rejects.toThrow('too much')
  })

  it('fails if the connection breaks in the middle', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"a":', () => response.destroy())
    })
    await expect(fetchJson(url, true)).rejects.toThrow()
  })

  it('gives up after three seconds, whether nothing comes or drop by drop', async () => {
    const silent = await serve(() => undefined)
    const slow = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(timer))
    })
    const start = performance.now()
    const answers = await Promise.allSettled([fetchJson(silent, true), fetchJson(slow, true)])
    expect(performance.now() - start).toBeLessThan(4000)
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: expect.objectContaining({ message: expect.stringContaining('3 seconds') }),
      })
    }
  })

  it('says when nobody listens', async () => {
    await expect(fetchJson(new URL('http://127.0.0.1:1/'), true)).rejects.toThrow('ECONNREFUSED')
  })
})
