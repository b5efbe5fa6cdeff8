import { ObjectFile } from './object-file.ts'
import { yamlText } from './yaml-text.ts'

/** A YAML file. The marker is its first line. */
export class YamlFile extends ObjectFile {
  protected override synthesizeContent(): string {
    const header = this.marker ? `# ${this.project.marker}\n\n` : ''
    return header + this.beautified(yamlText(this.resolved()))
  }

  /** A place for what the format cannot say, such as comments. */
  protected beautified(text: string): string {
    return text
  }
}
