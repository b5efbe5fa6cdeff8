import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeProject } from '@trustpub/project'
import { afterEach, expect, it } from 'vitest'
import { projectFromJson } from './json.ts'

const folder = mkdtempSync(join(tmpdir(), 'trustpub-json-'))
const file = `${folder}.trustpubrc.json`

afterEach(() => rmSync(file, { force: true }))

function read(text: string) {
  writeFileSync(file, text)
  return projectFromJson(file, '.trustpubrc.json')
}

it('makes a project of its type, and passes over comment and schema', () => {
  const members = { '//': 'comment', $schema: 'x', type: 'node', name: 'widget', outdir: folder }
  const project = read(JSON.stringify(members))
  expect(project).toBeInstanceOf(NodeProject)
  expect(project.name).toBe('widget')
})

it.each([
  ['{', 'definition_json'],
  ['[]', 'definition_json'],
  ['null', 'definition_json'],
  ['{}', 'definition_type'],
  ['{ "type": "toString" }', 'definition_type'],
  ['{ "type": "node", "name": "a", "constructor": 1 }', 'option_unknown'],
])('refuses %s with %s', (text, code) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code }))
})
