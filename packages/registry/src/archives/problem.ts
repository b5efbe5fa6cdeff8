/** What is wrong with an upload, as the code that the HTTP answer carries. */
export type UploadProblem =
  | 'publish_malformed'
  | 'tarball_invalid'
  | 'distribution_invalid'
  | 'name_invalid'
  | 'version_invalid'
  | 'too_large'

/** An upload that cannot be accepted; the message is the sentence shown to the person who uploads. */
export class InvalidUpload extends Error {
  readonly code: UploadProblem

  constructor(code: UploadProblem, sentence: string) {
    super(sentence)
    this.name = 'InvalidUpload'
    this.code = code
  }
}

/** A defect in an archive's bytes; its reader adds which kind of upload it is and throws InvalidUpload. */
export class MalformedArchive extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'MalformedArchive'
  }
}

/** Text from an upload, made safe to stand in a sentence: quoted, escaped, at most 80 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
