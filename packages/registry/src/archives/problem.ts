/** A defect in an archive's bytes; its reader adds which kind of upload it is and throws InvalidUpload. */
export class MalformedArchive extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'MalformedArchive'
  }
}
