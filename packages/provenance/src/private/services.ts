import { Refusal } from '@trustpub/identity'
import {
  type CertificateAuthority,
  issueCertificate,
  newAuthority,
  type VerifyIdToken,
} from './authority.ts'
import { refuse } from './errors.ts'
import { newKeyPair } from './keys.ts'
import { TransparencyLog } from './log.ts'
import { signingConfig } from './signing-config.ts'
import { answerTimestamp, newTimestampAuthority, type TimestampAuthority } from './timestamps.ts'
import { type TrustedRootJson, trustedRoot } from './trusted-root.ts'
import { TufRepository } from './tuf.ts'

/** Certificates and TUF metadata outlive every process that has the keys; they are never renewed. */
const LIFETIME_MS = 365 * 24 * 3600_000
/** Clocks of clients may be behind. */
const LEEWAY_MS = 60_000

const ORGANIZATION = 'trustpub private Sigstore'

export interface ServicesOptions {
  /** Where the services answer; it stands in the trusted root, and its host in the log's checkpoints. */
  readonly url: string
  readonly verifyIdToken: VerifyIdToken
  /** @default the clock of this machine */
  readonly now?: () => Date
}

/** A request as the services need it; the host does not matter. */
export interface ServiceRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly contentType: string
  /** The header; where clients do not send a token in the body they send it here. */
  readonly authorization: string
  readonly body: Buffer<ArrayBuffer>
}

export interface ServiceAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string | Buffer
  /** The path of a log entry. */
  readonly location?: string
}

/**
 * A whole Sigstore in memory: certificate authority, certificate log, transparency log, timestamp authority and the TUF
 * repository that tells whom to trust. All its keys are new, so nothing that it signs passes for the public one's.
 */
export class Services {
  readonly trustedRoot: TrustedRootJson
  readonly tuf: TufRepository
  readonly log: TransparencyLog
  readonly #authority: CertificateAuthority
  readonly #timestamps: TimestampAuthority
  readonly #verifyIdToken: VerifyIdToken
  readonly #now: () => Date

  constructor({ url, verifyIdToken, now = () => new Date() }: ServicesOptions) {
    this.#verifyIdToken = verifyIdToken
    this.#now = now
    const from = new Date(now().getTime() - LEEWAY_MS)
    const validity = { from, until: new Date(from.getTime() + LIFETIME_MS) }
    const name = (commonName: string) => ({ organization: ORGANIZATION, commonName })
    const certificateLog = newKeyPair()
    this.#authority = { ...newAuthority(name('certificates'), validity), certificateLog }
    this.#timestamps = newTimestampAuthority(
      { authority: name('timestamp authority'), signer: name('timestamps') },
      validity,
    )
    this.log = new TransparencyLog(new URL(url).host)
    this.trustedRoot = trustedRoot({
      url,
      from,
      authority: this.#authority,
      certificateLog: certificateLog.publicKey,
      log: this.log.keys.publicKey,
      timestamps: this.#timestamps,
    })
    this.tuf = new TufRepository(validity.until)
    this.tuf.publish({
      'trusted_root.json': this.trustedRoot,
      'signing_config.v0.2.json': signingConfig(url, from),
    })
  }

  /** Answers a request of a signing or verifying client. Refusals are answers as well. */
  async answer(request: ServiceRequest): Promise<ServiceAnswer> {
    try {
      return await this.#route(request)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return refused(error)
    }
  }

  async #route(request: ServiceRequest): Promise<ServiceAnswer> {
    const { method, path, contentType, body } = request
    const { pathname, searchParams } = new URL(path, 'http://services')
    const route = `${method} ${pathname}`
    if (route === 'POST /api/v2/signingCert')
      return json(
        200,
        await issueCertificate(this.#authority, this.#verifyIdToken, request, this.#now()),
      )
    if (route === 'POST /api/v1/log/entries') return this.#log(body.toString())
    if (route === 'GET /api/v1/log/entries')
      return found(pathname, this.log.find({ index: Number(searchParams.get('logIndex') ?? -1) }))
    if (route.startsWith('GET /api/v1/log/entries/'))
      return found(pathname, this.log.find({ uuid: pathname.split('/').at(-1) ?? '' }))
    if (route === 'GET /api/v1/log') return json(200, this.log.state())
    if (route === 'POST /api/v1/timestamp') {
      const answer = answerTimestamp(this.#timestamps, body, contentType, this.#now())
      return { status: 201, contentType: 'application/timestamp-reply', body: answer }
    }
    const file = method === 'GET' ? this.tuf.file(pathname.slice(1)) : undefined
    if (file === undefined) throw refuse('not_found', { path: pathname })
    return { status: 200, contentType: 'application/json', body: file }
  }

  /** Clients that try again look up what is there: the answer says where. */
  #log(proposed: string): ServiceAnswer {
    const { uuid, isNew } = this.log.add(proposed, this.#now())
    const location = `/api/v1/log/entries/${uuid}`
    const answer = isNew
      ? json(201, this.log.find({ uuid }))
      : refused(refuse('entry_known', { uuid }))
    return { ...answer, location }
  }
}

function refused({ code, status, message }: Refusal): ServiceAnswer {
  return json(status, { code, message })
}

function found(path: string, value: unknown): ServiceAnswer {
  if (value === undefined) throw refuse('not_found', { path })
  return json(200, value)
}

function json(status: number, value: unknown): ServiceAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) }
}
