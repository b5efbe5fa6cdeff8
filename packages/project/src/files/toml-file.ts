import { stringify } from 'smol-toml'
import { ObjectFile } from './object-file.ts'

/** A TOML file. The marker is its first line. */
export class TomlFile extends ObjectFile {
  protected override synthesizeContent(): string {
    const header = this.marker ? `# ${this.project.marker}\n\n` : ''
    return `${header}${stringify(this.resolved()).trimEnd()}\n`
  }
}
