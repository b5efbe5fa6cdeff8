import { SampleDir } from '../files/sample-file.ts'
import type { Project } from '../project.ts'

const MODULE = '../lib/index.js'

const BODY = `  return \`Hello, \${name}!\`
}
`

const CASE = `
test('greets by name', () => {
  assert.equal(hello('world'), 'Hello, world!')
})
`

const ESM = {
  module: `/** Greets somebody. */\nexport function hello(name) {\n${BODY}`,
  test: `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hello } from '${MODULE}'
${CASE}`,
}

const COMMONJS = {
  module: `/** Greets somebody. */\nfunction hello(name) {\n${BODY}\nmodule.exports = { hello }\n`,
  test: `const assert = require('node:assert/strict')
const { test } = require('node:test')
const { hello } = require('${MODULE}')
${CASE}`,
}

/** A module and a test to start from. */
export function addNodeSample(project: Project, esm: boolean): void {
  const sample = esm ? ESM : COMMONJS
  new SampleDir(project, 'lib', { files: { 'index.js': sample.module } })
  new SampleDir(project, 'test', { files: { 'index.test.js': sample.test } })
}
