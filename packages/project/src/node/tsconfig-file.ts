import { JsonFile } from '../files/json-file.ts'

/** A configuration of the TypeScript compiler. */
export class TypescriptConfig extends JsonFile {
  /** Compiles what matches, too. */
  addInclude(pattern: string): void {
    this.addToArray('include', pattern)
  }

  /** Does not compile what matches. */
  addExclude(pattern: string): void {
    this.addToArray('exclude', pattern)
  }
}
