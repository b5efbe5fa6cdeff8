import { Refusal } from '@trustpub/identity'

/** What is wrong with an upload, as the code that the HTTP answer carries. */
export type UploadProblem =
  | 'publish_malformed'
  | 'tarball_invalid'
  | 'manifest_mismatch'
  | 'distribution_invalid'
  | 'name_invalid'
  | 'version_invalid'
  | 'too_large'
  | 'attestations_too_large'

/** An upload that cannot be accepted; the sentence is shown to the person who uploads. */
export class InvalidUpload extends Refusal {
  declare readonly code: UploadProblem

  constructor(code: UploadProblem, sentence: string) {
    const status = code === 'too_large' || code === 'attestations_too_large' ? 413 : 400
    // A row of its own, so that braces in text from the upload are not taken for places to fill in.
    super(code, { status, sentence: '{sentence}' }, { sentence })
  }
}

/** The refusal of attestations above a limit. */
export function attestationsTooLarge(limit: string): InvalidUpload {
  return new InvalidUpload(
    'attestations_too_large',
    `The attestations of the upload are larger than ${limit}. One takes some 10 kB: attach what the signing tool wrote.`,
  )
}

/** Text from an upload, made safe to stand in a sentence: quoted, escaped, at most 80 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
