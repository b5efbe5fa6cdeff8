import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Environment, findProvider } from '@trustpub/identity'
import { onTestFinished } from 'vitest'
import type { Context } from './context.ts'
import type { Answer, Outgoing } from './http.ts'
import { Secrets } from './secrets.ts'

/** A request as a test looks at it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An answer in short: a status with a JSON body, or an Error where the network fails. */
export type Reply = readonly [status: number, body?: unknown, headers?: Answer['headers']] | Error

/** A context whose outside is a function, with all that went through it. */
export interface TestContext extends Context {
  readonly requests: Seen[]
  readonly waits: number[]
  readonly lines: string[]
  readonly commands: string[]
}

/** `answer` plays every server; the ID tokens are those of a job at GitHub unless `env` says otherwise. */
export function testContext(
  answer: (request: Seen) => Reply | Promise<Reply>,
  env: Environment = githubEnvironment(),
  now: () => Date = () => new Date(),
): TestContext {
  const requests: Seen[] = []
  const waits: number[] = []
  const lines: string[] = []
  const commands: string[] = []
  const secrets = new Secrets((line) => void commands.push(line))
  let issued = 0
  return {
    requests,
    waits,
    lines,
    commands,
    env,
    secrets,
    now,
    fetch: (async (input: string | URL) => {
      issued += 1
      const audience = new URL(String(input)).searchParams.get('audience') ?? ''
      const text = JSON.stringify({
        value: jwt({ ...githubClaims(), aud: audience, jti: String(issued) }),
      })
      return { ok: true, status: 200, text: async () => text, json: async () => JSON.parse(text) }
    }) as unknown as typeof globalThis.fetch,
    run: async () => '',
    send: async (outgoing) => {
      const seen = await seenOf(outgoing)
      requests.push(seen)
      const reply = await answer(seen)
      if (reply instanceof Error) throw reply
      const [status, body = '', headers = {}] = reply
      return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) }
    },
    wait: async (milliseconds) => void waits.push(milliseconds),
    progress: (line) => void lines.push(line),
    temporaryFolder: temporaryFolder(),
  }
}

/** A new folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustpub-publisher-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function seenOf({ method, url, headers = {}, body }: Outgoing): Promise<Seen> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body?.chunks() ?? []) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (body !== undefined && bytes.length !== body.length) {
    throw new Error(`a body of ${bytes.length} bytes says it has ${body.length}`)
  }
  return { method, url: url.href, headers, body: bytes }
}

/** The variables of a job at GitHub that may ask for ID tokens. */
export function githubEnvironment(): Environment {
  return {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example/token?v=1',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-secret',
  }
}

/** What such a job's ID tokens say. */
export function githubClaims(): Readonly<Record<string, unknown>> {
  const github = findProvider('github')
  return github.simulate(github.example.run)
}

/** A token with these claims that nobody signed. */
export function jwt(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`
}
