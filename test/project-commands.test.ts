import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { hashOfTree } from './support/rehearsal.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run } from './support/tools.ts'

/** What somebody has who has never used the program: no cache, and git without a name. */
const ENVIRONMENT: Variables = cleanEnvironment()

function trustpub(cwd: string, args: readonly string[], env: Variables = {}): Promise<Finished> {
  return run(process.execPath, [PROGRAM, ...args], { cwd, env: { ...ENVIRONMENT, ...env } })
}

/** stderr and stdout come as one text, in no certain order. */
function stderrOf({ output, stdout }: Finished): string {
  return output.replace(stdout, '')
}

/** A folder with these files, and what `trustpub synth` makes of it. */
async function synth(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const folder = temporaryFolder()
  writeFiles(folder, files)
  return { folder, ...(await trustpub(folder, ['synth', ...args])) }
}

const OPTIONS = `{ name: 'widget', repository: 'acme/widget', publishToNpm: true,
  npmPublishOptions: { trustedPublishing: true } }`
const ESM = `import { NodeProject } from '@trustpub/project'
const project = new NodeProject(${OPTIONS})
project.synth()
`
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
    expect(stderrOf({ ...said, status })).toBe('')
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
})

/** A manifest in which the definition stands. */
function inside(type: string | undefined): Record<string, string> {
  return { 'package.json': JSON.stringify({ name: 'old', type }) }
}

function manifest(name: string): string {
  return JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' })
}

describe('trustpub synth', () => {
  it('writes once, then finds nothing to do and says where publishers are shown', async () => {
    const { folder, stdout, status } = await synth({ '.trustpubrc.ts': ESM })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^created {2}\.github\/workflows\/release\.yml$/m)
    expect(stdout).toMatch(/^widget at npmjs\.com$/m)
    expect(stdout).toMatch(/^ {4}Workflow filename {5}release\.yml$/m)
    const before = hashOfTree(folder)
    const again = await trustpub(folder, ['synth'])
    expect(again.stdout).toMatch(/^All files are as \.trustpubrc\.ts says; nothing was changed\.$/m)
    expect(again.stdout).toContain('trustpub synth --registration')
    expect(again.stdout).not.toContain('npmjs.com')
    expect(hashOfTree(folder)).toBe(before)
    const shown = await trustpub(folder, ['synth', '--registration'])
    expect(shown.stdout).toContain('npm trust github widget --repo acme/widget --file release.yml')
  })

  it('works from another folder, and names files as seen from there', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { 'a/.trustpubrc.ts': ESM, 'b/.trustpubrc.ts': 'throw 1' })
    expect(await trustpub(folder, ['synth', 'a'])).toMatchObject({ status: 0 })
    expect(existsSync(join(folder, 'a/package.json'))).toBe(true)
    const { output } = await trustpub(folder, ['synth', 'b'])
    expect(output).toContain('b/.trustpubrc.ts: 1')
  })

  it('names the line also where a link leads to the folder', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { 'real/.trustpubrc.ts': '\nthrow new Error("oh")' })
    symlinkSync('real', join(folder, 'link'))
    const { output } = await trustpub(join(folder, 'link'), ['synth'])
    expect(output).toBe('trustpub: .trustpubrc.ts:2: oh\n')
    expect((await trustpub(folder, ['synth', 'link'])).output).toContain('/.trustpubrc.ts:2: oh')
  })

  it('shows with --check what would change, as a patch that git takes, and writes nothing', async () => {
    const { folder } = await synth({ '.trustpubrc.ts': ESM })
    const licence = join(folder, 'LICENSE')
    const text = readFileSync(licence, 'utf8')
    writeFiles(folder, { '.trustpubrc.ts': ESM.replace('name:', "description: 'New', name:") })
    const before = hashOfTree(folder)
    const checked = await trustpub(folder, ['synth', '--check'])
    expect(checked.status).toBe(1)
    expect(stderrOf(checked)).toMatch(/1 file is not as \.trustpubrc\.ts says/)
    expect(checked.stdout).toMatch(/^\+ {2}"description": "New",$/m)
    expect(hashOfTree(folder)).toBe(before)

    writeFiles(folder, { 'p.patch': checked.stdout })
    const options = { cwd: folder, env: ENVIRONMENT }
    expect(await run('git', ['apply', 'p.patch'], options)).toMatchObject({ status: 0, output: '' })
    expect(await trustpub(folder, ['synth', '--check'])).toMatchObject({ status: 0 })
    expect(readFileSync(licence, 'utf8')).toBe(text)
  })

  it('colours the patch only where colour is wanted', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { '.trustpubrc.ts': ESM })
    const plain = await trustpub(folder, ['synth', '--check'])
    const colour = { NO_COLOR: undefined, FORCE_COLOR: '1' }
    const coloured = await trustpub(folder, ['synth', '--check'], colour)
    expect(plain.stdout).not.toContain('\u001b[')
    expect(coloured.stdout).toContain('\u001b[32m+')
  })

  it('overwrites files of a person only if they are named', async () => {
    const own = { 'package.json': '{}\n', '.gitignore': '*.bak\n' }
    const { folder, status, output } = await synth({ '.trustpubrc.ts': ESM, ...own })
    expect(status).toBe(1)
    expect(output).toMatch(/exists and was not generated.*--adopt/)
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}\n')
    expect(existsSync(join(folder, 'LICENSE'))).toBe(false)
    const adopting = ['synth', '--adopt', 'package.json', '--adopt', './.gitignore']
    const adopted = await trustpub(folder, adopting)
    expect(adopted.stdout).toMatch(/^updated {2}package\.json$/m)
    expect(adopted.status).toBe(0)
  })

  it('changes nothing where one of the files cannot be written', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { '.trustpubrc.ts': ESM })
    symlinkSync('nowhere', join(folder, '.trustpub'))
    const { status, output } = await trustpub(folder, ['synth'])
    expect(output).toMatch(/\.trustpub\/\S+ cannot be written \(\w+\)\. Nothing was changed\.\n$/)
    expect(status).toBe(3)
    expect(readdirSync(folder).sort()).toEqual(['.trustpub', '.trustpubrc.ts'])
  })

  it('removes what is no longer generated', async () => {
    const { folder } = await synth({ '.trustpubrc.ts': ESM })
    writeFiles(folder, { '.trustpubrc.ts': ESM.replace('name:', 'npmignoreEnabled: false, name:') })
    const { stdout } = await trustpub(folder, ['synth', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      changes: expect.arrayContaining([{ kind: 'delete', path: '.npmignore' }]),
    })
    expect(existsSync(join(folder, '.npmignore'))).toBe(false)
  })

  it('refuses options that exclude each other', async () => {
    const { status, output } = await synth({ '.trustpubrc.ts': ESM }, '--watch', '--check')
    expect(output).toContain('--watch writes files, --check does not')
    expect(status).toBe(2)
  })
})

describe('trustpub synth --watch', () => {
  it('follows the definition and its imports through errors, and ends with Ctrl-C', async () => {
    const folder = temporaryFolder()
    const named = (name: string) => ({ 'parts/name.ts': `export const name = '${name}'\n` })
    const definition = `import { name } from './parts/name'\n${ESM.replace("'widget'", 'name')}`
    writeFiles(folder, { '.trustpubrc.ts': definition, ...named('one') })
    await using watching = watch(folder)
    await watching.said(/created {2}package\.json[\s\S]*Watching/)
    writeFiles(folder, named('two'))
    await watching.said(/updated {2}package\.json[\s\S]*Watching/)
    writeFiles(folder, { '.trustpubrc.ts': 'throw new Error("oh")' })
    await watching.said(/\.trustpubrc\.ts:1: oh[\s\S]*Watching/)
    writeFiles(folder, { '.trustpubrc.ts': definition, ...named('three') })
    await watching.said(/updated {2}package\.json[\s\S]*Watching/)
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('"three"')
    expect(await watching.interrupt()).toBe(0)
  })

  it('does not follow what it writes itself', async () => {
    const folder = temporaryFolder()
    const reading = `import manifest from './package.json' with { type: 'json' }\nvoid manifest\n`
    const files = { '.trustpubrc.ts': ESM, 'package.json': '{}' }
    writeFiles(folder, files)
    await trustpub(folder, ['synth', '--adopt', 'package.json'])
    const next = ESM.replace('name:', "description: 'next', name:")
    writeFiles(folder, { '.trustpubrc.ts': reading + next })
    await using watching = watch(folder)
    await watching.said(/updated {2}package\.json[\s\S]*Watching/)
    // The next run would have begun long before: it follows a change within a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(watching.rest()).toBe('')
  })
})

/** `trustpub synth --watch` as a person sees it. */
function watch(cwd: string) {
  const env = { ...ENVIRONMENT }
  const child = spawn(process.execPath, [PROGRAM, 'synth', '--watch'], { cwd, env })
  const exited = once(child, 'exit')
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return {
    /** Waits for a text, and takes it and all before it away. */
    said: async (pattern: RegExp) => {
      await expect.poll(() => text, { timeout: 30_000, interval: 20 }).toMatch(pattern)
      text = text.slice((pattern.exec(text)?.index ?? 0) + (pattern.exec(text)?.[0].length ?? 0))
      await expect.poll(() => text).toMatch(/\n$/)
      text = ''
    },
    rest: () => text,
    interrupt: async (): Promise<number | null> => {
      child.kill('SIGINT')
      const [status] = await exited
      return status
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
