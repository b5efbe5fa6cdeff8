import type { HttpBindings } from '@hono/node-server'
import type { Refusal } from '@trustpub/identity'
import type { Context, Hono } from 'hono'
import type { Actor } from '../domain/tokens.ts'

/** What middleware puts beside a request. Without a socket (in tests) there are no bindings. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    actor: Actor
    /** Asks again who sent the request. @throws Refusal if its token was revoked meanwhile */
    confirmActor: (() => Promise<Actor>) | undefined
    requestId: string
    refusal: Refusal | undefined
  }
}

export type App = Hono<AppEnv>
export type AppContext = Context<AppEnv>
