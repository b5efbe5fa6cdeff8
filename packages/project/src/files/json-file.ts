import { ObjectFile } from './object-file.ts'

/** A JSON file. The marker is its last member, `//`. */
export class JsonFile extends ObjectFile {
  protected override synthesizeContent(): string {
    const document = this.resolved()
    const marked = this.marker ? { ...document, '//': this.project.marker } : document
    return `${JSON.stringify(marked, null, 2)}\n`
  }
}
