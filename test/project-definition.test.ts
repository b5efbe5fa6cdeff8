import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { DEFINITION as ESM, OPTIONS, stderrOf, synth, trustpub } from './support/project.ts'

const COMMONJS = `const { NodeProject } = require('@trustpub/project')
new NodeProject(${OPTIONS}).synth()
`

describe('a definition', () => {
  it.each<[form: string, files: Record<string, string>]>([
    ['TypeScript', { '.trustpubrc.ts': ESM }],
    [
      'TypeScript where the manifest says CommonJS',
      { '.trustpubrc.ts': ESM, ...inside('commonjs') },
    ],
    ['TypeScript where the manifest says nothing', { '.trustpubrc.ts': ESM, ...inside(undefined) }],
    [
      'TypeScript that cannot be had by leaving types out',
      {
        '.trustpubrc.ts': `enum Colour { Red = 'widget-red' }\n${ESM.replace("'widget'", 'Colour.Red')}`,
      },
    ],
    [
      'TypeScript with imports that have no ending',
      {
        '.trustpubrc.ts': `import { name } from './build/name'\n${ESM.replace("'widget'", 'name')}`,
        'build/name.ts': `export const name: string = 'widget'\n`,
      },
    ],
    ['a module', { '.trustpubrc.mts': ESM }],
    ['a module that awaits', { '.trustpubrc.mjs': `await Promise.resolve()\n${ESM}` }],
    ['JavaScript as a module', { '.trustpubrc.js': ESM, ...inside('module') }],
    ['CommonJS', { '.trustpubrc.js': COMMONJS }],
    [
      'CommonJS where the manifest says module',
      { '.trustpubrc.js': COMMONJS, ...inside('module') },
    ],
    [
      'a default export',
      { '.trustpubrc.ts': ESM.replace('project.synth()', 'export default project') },
    ],
    [
      'an export of CommonJS',
      {
        '.trustpubrc.js': `${COMMONJS.replace('new', 'module.exports = new').replace('.synth()', '')}`,
      },
    ],
    [
      'JSON',
      {
        '.trustpubrc.json': JSON.stringify({
          '//': 'a comment',
          $schema: 'https://example.com/schema.json',
          type: 'node',
          name: 'widget',
          publishToNpm: false,
        }),
      },
    ],
  ])('can be %s', async (_, files) => {
    const { folder, status, ...said } = await synth(files, '--json', '--adopt', 'package.json')
    expect(stderrOf(said)).toBe('')
    expect(status).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name).toMatch(/^widget/)
    const again = await trustpub(folder, ['synth', '--check'])
    expect(again).toMatchObject({ status: 0 })
  })

  it('gets this program’s own copy of @trustpub/project, whatever is installed, and so do packages', async () => {
    const other = 'export class NodeProject { synth() { throw new Error("the other copy") } }'
    const { status, output } = await synth({
      '.trustpubrc.ts': `import { AcmeProject } from 'preset'\nnew AcmeProject(${OPTIONS}).synth()\n`,
      'node_modules/@trustpub/project/package.json': manifest('@trustpub/project'),
      'node_modules/@trustpub/project/index.js': other,
      'node_modules/preset/package.json': manifest('preset'),
      'node_modules/preset/index.js': `import { NodeProject } from '@trustpub/project'
export class AcmeProject extends NodeProject {}`,
    })
    expect(output).toContain('created  package.json')
    expect(status).toBe(0)
  })

  it('prints to stderr, since stdout is for the result', async () => {
    const finished = await synth({ '.trustpubrc.mjs': `console.log('hello')\n${ESM}` }, '--json')
    expect(stderrOf(finished)).toBe('hello\n')
    expect((JSON.parse(finished.stdout) as Json).definition).toBe('.trustpubrc.mjs')
  })

  it.each<[what: string, files: Record<string, string>, status: number, sentence: RegExp]>([
    ['that is missing', {}, 2, /no definition in .*trustpub new/],
    [
      'that is not the only one',
      { '.trustpubrc.ts': ESM, '.trustpubrc.json': '{}' },
      1,
      /more than one definition: \.trustpubrc\.ts, \.trustpubrc\.json/,
    ],
    [
      'that defines nothing',
      { '.trustpubrc.ts': 'export {}' },
      1,
      /\.trustpubrc\.ts defines no project/,
    ],
    [
      'with two root projects',
      {
        '.trustpubrc.ts': `${ESM}new NodeProject({ name: 'other', outdir: 'other' }).synth()`,
      },
      1,
      /two projects that do not belong together, widget and other/,
    ],
    [
      'that throws, with the line',
      { '.trustpubrc.ts': `interface Unused {\n  a: 1\n}\n\nnull.f()\n` },
      1,
      /: \.trustpubrc\.ts:5: TypeError: Cannot read properties of null/,
    ],
    [
      'that throws in a file it imports, with both lines',
      {
        '.trustpubrc.ts': `import { f } from './f.ts'\n\nf()\n`,
        'f.ts': `export function f(): void {\n  throw new Error('no luck')\n}\n`,
      },
      1,
      /: f\.ts:2: no luck\n {2}called from \.trustpubrc\.ts:3\n$/,
    ],
    [
      'with an unknown option, with the line',
      { '.trustpubrc.mjs': ESM.replace('publishToNpm:', 'publishToNmp:') },
      1,
      /: \.trustpubrc\.mjs:2: NodeProject has no option publishToNmp\. Did you mean publishToNpm\?\n$/,
    ],
    [
      'that is no TypeScript, with the line',
      { '.trustpubrc.ts': 'const a: string = 1\nlet b = = 2\n' },
      1,
      /: \.trustpubrc\.ts:2: /,
    ],
    [
      'that imports what is not there',
      { '.trustpubrc.ts': `import './nowhere'\n${ESM}` },
      1,
      /: \.trustpubrc\.ts:1: Cannot find module '\.\/nowhere'/,
    ],
    [
      'that is no JSON',
      { '.trustpubrc.json': '{ "type": }' },
      1,
      /\.trustpubrc\.json is no valid JSON/,
    ],
    [
      'of an unknown type',
      { '.trustpubrc.json': '{ "type": "ruby" }' },
      1,
      /"type", which is one of: node, typescript, jsii, python/,
    ],
  ])('is refused %s', async (_, files, status, sentence) => {
    const finished = await synth(files)
    expect(stderrOf(finished)).toMatch(sentence)
    expect(stderrOf(finished)).not.toMatch(/node_modules|packages\/|jiti|\n {4}at /)
    expect(finished.status).toBe(status)
    expect(finished.stdout).toBe('')
    expect(existsSync(join(finished.folder, 'package.json'))).toBe(false)
  })

  it('names the line also where a link leads to the folder', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { 'real/.trustpubrc.ts': '\nthrow new Error("oh")' })
    symlinkSync('real', join(folder, 'link'))
    const { output } = await trustpub(join(folder, 'link'), ['synth'])
    expect(output).toBe('trustpub: .trustpubrc.ts:2: oh\n')
    expect((await trustpub(folder, ['synth', 'link'])).output).toContain('/.trustpubrc.ts:2: oh')
  })
})

/** A manifest in which the definition stands. */
function inside(type: string | undefined): Record<string, string> {
  return { 'package.json': JSON.stringify({ name: 'old', type }) }
}

function manifest(name: string): string {
  return JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' })
}
