import type { SerializedBundle } from '@sigstore/bundle'

/** A Sigstore bundle in its JSON form, https://docs.sigstore.dev/about/bundle/ */
export type Bundle = SerializedBundle

/** The media type of the bundles that are written here. */
export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
