/**
 * The load: plain sockets with one HTTP/1.1 request at a time on each, and no more parsing than finding the end of an
 * answer. The driver must cost less than the fastest server, or it would measure itself.
 */
import { connect } from 'node:net'
import { cpuSeconds } from './processes.mjs'
import { percentile } from './statistics.mjs'

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * @typedef {object} Load
 * @property {string} url origin of the server
 * @property {number} pid of the server, whose CPU time is taken
 * @property {number} connections
 * @property {() => Buffer | undefined} next the bytes of the next request; undefined ends the connection
 *
 * @typedef {object} Measured
 * @property {number} rate requests a second
 * @property {number} p99 milliseconds
 * @property {number} cpu milliseconds of the server's CPU a request
 */

/**
 * The bytes of a request.
 * @param {string} method
 * @param {URL} url
 * @param {Record<string, string>} headers
 * @param {Buffer} [body]
 */
export function requestBytes(method, url, headers, body = Buffer.alloc(0)) {
  const all = {
    host: url.host,
    ...headers,
    ...(method === 'GET' ? {} : { 'content-length': String(body.length) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([
    Buffer.from(`${method} ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n`),
    body,
  ])
}

/**
 * Sends requests until `next` has no more.
 * @param {Load} load
 * @returns {Promise<Measured>}
 */
export async function measure({ url, pid, connections, next }) {
  const latencies = []
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(url)))
  const cpuBefore = cpuSeconds(pid)
  const started = performance.now()
  const work = open.map(async (connection) => {
    for (let request = next(); request !== undefined; request = next()) {
      const sent = performance.now()
      await connection.send(request)
      latencies.push(performance.now() - sent)
    }
  })
  await Promise.all(work)
  const seconds = (performance.now() - started) / 1000
  const cpu = cpuSeconds(pid) - cpuBefore
  for (const connection of open) connection.close()
  return {
    rate: latencies.length / seconds,
    p99: percentile(latencies, 0.99),
    cpu: (cpu * 1000) / latencies.length,
  }
}

/**
 * The same request again and again for some seconds.
 * @param {Buffer} request
 * @param {number} seconds
 */
export function repeatFor(request, seconds) {
  const end = performance.now() + seconds * 1000
  return () => (performance.now() < end ? request : undefined)
}

/**
 * Each request once.
 * @param {readonly Buffer[]} requests
 */
export function each(requests) {
  let at = 0
  return () => requests[at++]
}

/** @param {string} origin */
async function openConnection(origin) {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const waiting = { resolve: () => {}, reject: (_error) => {} }
  const answer = new AnswerReader()
  socket.on('data', (chunk) => {
    try {
      if (answer.push(chunk)) waiting.resolve()
    } catch (error) {
      waiting.reject(error)
    }
  })
  socket.on('error', (error) => waiting.reject(error))
  socket.on('close', () => waiting.reject(new Error(`${origin} closed a connection`)))
  return {
    /** @param {Buffer} request */
    send: (request) =>
      new Promise((resolve, reject) => {
        Object.assign(waiting, { resolve, reject })
        socket.write(request)
      }),
    close: () => {
      waiting.reject = () => {}
      socket.destroy()
    },
  }
}

/** Finds the end of one answer after the other. */
class AnswerReader {
  #head = Buffer.alloc(0)
  /** Bytes of the body still to come; undefined in the head, infinite if the answer comes in chunks. */
  #left = /** @type {number | undefined} */ (undefined)
  #tail = Buffer.alloc(0)

  /**
   * @param {Buffer} chunk
   * @returns {boolean} whether the answer is complete
   */
  push(chunk) {
    const body = this.#left === undefined ? this.#readHead(chunk) : chunk
    if (body === undefined || this.#left === undefined) return false
    this.#left -= body.length
    if (this.#left > 0 && !this.#isLastChunk(body)) return false
    this.#left = undefined
    this.#tail = Buffer.alloc(0)
    return true
  }

  /** @param {Buffer} chunk */
  #readHead(chunk) {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = bytes.indexOf(HEAD_END)
    if (end === -1) {
      this.#head = bytes
      return undefined
    }
    this.#head = Buffer.alloc(0)
    const head = bytes.latin1Slice(0, end)
    if (!/^HTTP\/1\.1 2\d\d/.test(head))
      throw new Error(`Refused: ${bytes.toString('utf8').slice(0, 600)}`)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    this.#left = length === undefined ? Number.POSITIVE_INFINITY : Number(length)
    return bytes.subarray(end + HEAD_END.length)
  }

  /** One request at a time: nothing follows the last chunk, so it is at the end of what has come. @param {Buffer} body */
  #isLastChunk(body) {
    if (this.#left !== Number.POSITIVE_INFINITY) return false
    this.#tail = Buffer.concat([this.#tail, body]).subarray(-LAST_CHUNK.length)
    return this.#tail.equals(LAST_CHUNK)
  }
}
