import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { temporaryFolder } from './folders.ts'
import { type Answer, type Sent, send } from './http.ts'

/** The built program, as people install it. */
export const PROGRAM: string = join(import.meta.dirname, '../../packages/cli/bin/trustpub.js')

/** The set-up token that every server of the tests starts with, unless it is to make one. */
export const SETUP_TOKEN = 'a set-up token that the operator chose'

export interface Server {
  /** The address for clients, e.g. `http://localhost:40123`. */
  readonly url: string
  readonly data: string
  readonly pid: number
  /** The JSON that the program printed when it was ready. */
  readonly announced: Readonly<Record<string, string>>
  /** Everything on stderr so far. */
  readonly log: () => string
  /** A request to the server; https with its own certificate. */
  readonly send: (path: string, sent?: Sent) => Promise<Answer>
  /** SIGTERM, then the exit status once it has stopped. */
  readonly stop: () => Promise<number | null>
  /** SIGKILL: it gets no chance to tidy up. */
  readonly kill: () => Promise<void>
}

const children: ChildProcess[] = []

afterAll(async () => {
  await Promise.all(children.splice(0).map((child) => end(child, 'SIGTERM')))
})

export interface ServerOptions {
  readonly args?: readonly string[]
  /** The data folder of another server; a new one if absent. */
  readonly data?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Starts `trustpub serve` on a free port and waits until it listens. It is stopped with the tests of the file. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const data = options.data ?? temporaryFolder()
  const args = ['serve', '--port', '0', '--json', '--data', data, ...(options.args ?? [])]
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, TRUSTPUB_SETUP_TOKEN: SETUP_TOKEN, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const announced = await firstJson(child, () => log)
  const url = announced.url ?? ''
  const certificate = join(data, 'tls', 'certificate.pem')
  const ca = url.startsWith('https:') ? readFileSync(certificate, 'utf8') : undefined
  return {
    url,
    data,
    pid: child.pid ?? 0,
    announced,
    log: () => log,
    send: (path, sent = {}) => send(url + path, { ca, ...sent }),
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
  }
}

async function firstJson(
  child: ChildProcess,
  log: () => string,
): Promise<Readonly<Record<string, string>>> {
  let text = ''
  for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
    text += chunk
    if (text.endsWith('}\n')) return JSON.parse(text) as Readonly<Record<string, string>>
  }
  throw new Error(`The server did not start:\n${text}${log()}`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}
