import type { Environment, Provider } from '@trustpub/identity'

/** Shorter texts are no secrets, and replacing them would garble what is printed. */
const MIN_SECRET_LENGTH = 8

/** The tokens of a run: hidden in the CI's log as soon as they are known, and taken out of everything we print. */
export class Secrets {
  readonly #known: string[] = []
  readonly #write: (line: string) => void
  #command: string | undefined

  /** `write` prints a line as it is, where the CI looks for commands in the output of a job. */
  constructor(write: (line: string) => void) {
    this.#write = write
  }

  /** Hides by the CI's own means from now on, and what the CI put into the job's variables first. */
  hideIn(provider: Provider, env: Environment): void {
    this.#command = provider.maskCommand
    for (const [name, value = ''] of Object.entries(env)) {
      if (provider.secretVariables.test(name)) this.add(value)
    }
  }

  /** To be called before anything else is done with the secret. */
  add(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#known.includes(secret)) return
    this.#known.push(secret)
    // Where one begins with another, replacing the shorter first would leave the tail of the longer.
    this.#known.sort((one, other) => other.length - one.length)
    if (this.#command === undefined) return
    // A line break would end the command and show the rest of the secret.
    for (const line of secret.split(/\r?\n/)) this.#write(`${this.#command}${line}`)
  }

  /** The text with every known secret replaced. */
  redact(text: string): string {
    return this.#known.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
  }
}
