import { dump } from 'js-yaml'
import { ObjectFile } from './object-file.ts'

/** A YAML file. The marker is its first line. */
export class YamlFile extends ObjectFile {
  protected override synthesizeContent(): string {
    const header = this.marker ? `# ${this.project.marker}\n\n` : ''
    return header + this.beautified(toYaml(this.resolved()))
  }

  /** A place for what the format cannot say, such as comments. */
  protected beautified(text: string): string {
    return text
  }
}

/** Long lines stay lines, equal parts are written out, and texts that older parsers misread are quoted. */
function toYaml(document: unknown): string {
  return dump(document, { lineWidth: -1, noRefs: true })
}
