import { SampleDir } from '../files/sample-file.ts'
import type { Project } from '../project.ts'

const CLASS = `/** Greets people. */
export class Greeter {
  /** @param greeting what comes before the name */
  constructor(private readonly greeting: string = 'Hello') {}

  /** Greets somebody by name. */
  public greet(name: string): string {
    return \`\${this.greeting}, \${name}!\`
  }
}
`

/** A class and a test to start from: jsii exports classes, interfaces and enums, no functions. */
export function addJsiiSample(project: Project, srcdir: string, testdir: string): void {
  const source = `../${srcdir}/index`
  const test = `import * as assert from 'node:assert/strict'
import { test } from 'node:test'
import { Greeter } from '${source}'

test('greets by name', () => {
  assert.equal(new Greeter('Hi').greet('world'), 'Hi, world!')
})
`
  new SampleDir(project, srcdir, { files: { 'index.ts': CLASS } })
  new SampleDir(project, testdir, { files: { 'index.test.ts': test } })
}
