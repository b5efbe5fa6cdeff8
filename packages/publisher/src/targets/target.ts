import type { Artifact, Ecosystem } from '../artifact.ts'
import type { Context } from '../context.ts'
import type { Access } from '../npm/read.ts'

/** What the person asked for, on whichever registries. */
export interface TargetOptions {
  /** Where npm packages go; without it each package's publishConfig says, or it is npmjs.com. */
  readonly npmRegistry?: URL | undefined
  /** The upload address of the Python index; PyPI if absent. */
  readonly pypiRegistry?: URL | undefined
  readonly tag?: string | undefined
  readonly access?: Access | undefined
  readonly workspaces?: boolean
  /** npm: hand the version to people for approval (`npm stage`) in place of publishing it. */
  readonly stage?: boolean
}

/** Whose token is asked for: a package at a registry. */
export type Place = Pick<Artifact, 'registry' | 'name'>

/** A short-lived API token. */
export interface ApiToken {
  readonly text: string
  readonly expiresAt: Date | undefined
}

/** A refusal in the registry's words. */
export interface Said {
  readonly host: string
  readonly status: number
  readonly code: string | undefined
  readonly message: string
  /** Whether the message names the cause by itself, as trustpub's registry does, and needs no guess beside it. */
  readonly explains: boolean
}

/** What a registry shows of a version before it is uploaded. */
export interface Presence {
  /** The digest of the file that is there; undefined if none is. */
  readonly digest: string | undefined
  /** npm: the version that is `latest` now. */
  readonly latest?: string | undefined
}

/** What is sent beside the file. */
export interface Extras {
  /** npm: the provenance bundle. */
  readonly bundle?: { readonly mediaType: string } | undefined
  /** PyPI: attestation objects (PEP 740). */
  readonly attestations?: readonly unknown[]
}

export type Uploaded = 'uploaded' | 'already there' | { readonly stageId: string }

/** A kind of registry: how files for it are read, exchanged for, sent and found again. One entry in `index.ts`. */
export interface Target<Kind extends Artifact = Artifact> {
  readonly id: Ecosystem
  /** What a path holds for this kind of registry, checked; empty if nothing. @throws Refusal */
  readonly read: (
    path: string,
    options: TargetOptions,
    temporaryFolder: string,
  ) => Promise<readonly Kind[]>
  /** Places with the same key share one API token. */
  readonly exchangeKey: (place: Place) => string
  /** The audience that ID tokens for this registry must have. @throws Refusal */
  readonly audience: (place: Place, context: Context) => Promise<string>
  /** `idToken` gives a fresh ID token for each attempt. @throws Refusal */
  readonly exchange: (
    place: Place,
    idToken: () => Promise<string>,
    context: Context,
  ) => Promise<ApiToken | Said>
  /** What is there; restricted packages show themselves to the token only. @throws Refusal */
  readonly lookUp: (
    artifact: Kind,
    token: string | undefined,
    context: Context,
  ) => Promise<Presence>
  /** Whether everybody may read the package there, so that its provenance may be public too. */
  readonly isPublic: (artifact: Kind, token: string, context: Context) => Promise<boolean>
  /** The artifact as it will be sent, now that it is known what is there. */
  readonly settle: (artifact: Kind, presence: Presence) => Kind
  /** What a person should know besides name and registry, e.g. `tag next`; may be empty. */
  readonly details: (artifact: Kind) => string
  /** Sends the file. `isThere` says whether it arrived although its answer was lost. @throws Refusal */
  readonly upload: (
    artifact: Kind,
    token: string,
    extras: Extras,
    options: TargetOptions,
    isThere: () => Promise<boolean>,
    context: Context,
  ) => Promise<Uploaded | Said>
  /** Gives a token back before its time; whether the registry took it. */
  readonly revoke: (place: Place, token: string, context: Context) => Promise<boolean>
}

/** Keeps the kind of artifact checked while a target is written, then hides it so that all fit one list. */
export function defineTarget<Kind extends Artifact>(target: Target<Kind>): Target {
  return target as unknown as Target
}
