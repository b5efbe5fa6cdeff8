import { refuse } from './errors.ts'

/** How a one-time password is come by. */
export interface Asking {
  /** From the command line; used first. */
  readonly given: string | undefined
  /** Asks the person for a code; undefined where nobody is there. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  /** Tells the person to confirm at an address; undefined where nobody would see it. */
  readonly show: ((url: string) => void) | undefined
  /** Waits until the person has confirmed, and gives what stands for a password then. */
  readonly confirmed: (doneUrl: string) => Promise<string>
}

/** How often a code may be wrong. */
const MAX_CODES = 3

/**
 * The one-time password of one registry. It is sent for as long as it is taken; npmjs.com also remembers for five minutes
 * who has confirmed, if the person has asked for that, and then wants none.
 */
export class OneTimePasswords {
  readonly #host: string
  readonly #asking: Asking
  #current: string | undefined
  #taken = false
  #wrong = 0

  constructor(host: string, asking: Asking) {
    this.#host = host
    this.#asking = asking
    this.#current = asking.given
  }

  get current(): string | undefined {
    return this.#current
  }

  /** A request with it went through. */
  accept(): void {
    this.#taken = this.#current !== undefined
    this.#wrong = 0
  }

  /** The registry asks for one. @param challenge what it answered @throws Refusal */
  async renew(challenge: unknown): Promise<void> {
    if (this.#current !== undefined && this.#taken) {
      // It has expired. Whether the registry still remembers the person shows without it.
      this.#current = undefined
      this.#taken = false
      return
    }
    const wasWrong = this.#current !== undefined
    this.#current = undefined
    if (wasWrong) this.#wrong += 1
    if (this.#wrong >= MAX_CODES) throw refuse('trust_otp_refused', { host: this.#host })
    this.#current = await this.#fresh(challenge, wasWrong)
  }

  async #fresh(challenge: unknown, wasWrong: boolean): Promise<string> {
    const { ask, show, confirmed } = this.#asking
    const { authUrl, doneUrl } = (challenge ?? {}) as { authUrl?: unknown; doneUrl?: unknown }
    if (isPage(authUrl) && typeof doneUrl === 'string' && show !== undefined) {
      show(authUrl)
      return confirmed(doneUrl)
    }
    if (ask !== undefined) {
      const again = wasWrong ? 'That one was not taken. ' : ''
      return ask(`${again}One-time password for ${this.#host}`)
    }
    throw refuse(wasWrong ? 'trust_otp_refused' : 'trust_otp_needed', { host: this.#host })
  }
}

function isPage(url: unknown): url is string {
  return typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
