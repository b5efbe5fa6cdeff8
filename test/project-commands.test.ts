import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { DEFINITION, PROJECT_ENVIRONMENT, stderrOf, synth, trustpub } from './support/project.ts'
import { hashOfTree } from './support/rehearsal.ts'
import { PROGRAM } from './support/server.ts'
import { run } from './support/tools.ts'

describe('trustpub synth', () => {
  it('writes once, then finds nothing to do and says where publishers are shown', async () => {
    const { folder, stdout, status } = await synth({ '.trustpubrc.ts': DEFINITION })
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
    writeFiles(folder, { 'a/.trustpubrc.ts': DEFINITION, 'b/.trustpubrc.ts': 'throw 1' })
    expect(await trustpub(folder, ['synth', 'a'])).toMatchObject({ status: 0 })
    expect(existsSync(join(folder, 'a/package.json'))).toBe(true)
    const { output } = await trustpub(folder, ['synth', 'b'])
    expect(output).toContain('b/.trustpubrc.ts: 1')
  })

  it('shows with --check what would change, as a patch that git takes, and writes nothing', async () => {
    const { folder } = await synth({ '.trustpubrc.ts': DEFINITION })
    const licence = join(folder, 'LICENSE')
    const text = readFileSync(licence, 'utf8')
    writeFiles(folder, {
      '.trustpubrc.ts': DEFINITION.replace('name:', "description: 'New', name:"),
    })
    const before = hashOfTree(folder)
    const checked = await trustpub(folder, ['synth', '--check'])
    expect(checked.status).toBe(1)
    expect(stderrOf(checked)).toMatch(/1 file is not as \.trustpubrc\.ts says/)
    expect(checked.stdout).toMatch(/^\+ {2}"description": "New",$/m)
    expect(hashOfTree(folder)).toBe(before)

    writeFiles(folder, { 'p.patch': checked.stdout })
    const options = { cwd: folder, env: PROJECT_ENVIRONMENT }
    expect(await run('git', ['apply', 'p.patch'], options)).toMatchObject({ status: 0, output: '' })
    expect(await trustpub(folder, ['synth', '--check'])).toMatchObject({ status: 0 })
    expect(readFileSync(licence, 'utf8')).toBe(text)
  })

  it('colours the patch only where colour is wanted', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { '.trustpubrc.ts': DEFINITION })
    const plain = await trustpub(folder, ['synth', '--check'])
    const colour = { NO_COLOR: undefined, FORCE_COLOR: '1' }
    const coloured = await trustpub(folder, ['synth', '--check'], colour)
    expect(plain.stdout).not.toContain('\u001b[')
    expect(coloured.stdout).toContain('\u001b[32m+')
  })

  it('overwrites files of a person only if they are named', async () => {
    const own = { 'package.json': '{}\n', '.gitignore': '*.bak\n' }
    const { folder, status, output } = await synth({ '.trustpubrc.ts': DEFINITION, ...own })
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
    writeFiles(folder, { '.trustpubrc.ts': DEFINITION })
    symlinkSync('nowhere', join(folder, '.trustpub'))
    const { status, output } = await trustpub(folder, ['synth'])
    expect(output).toMatch(/\.trustpub\/\S+ cannot be written \(\w+\)\. Nothing was changed\.\n$/)
    expect(status).toBe(1)
    expect(readdirSync(folder).sort()).toEqual(['.trustpub', '.trustpubrc.ts'])
  })

  it('removes what is no longer generated', async () => {
    const { folder } = await synth({ '.trustpubrc.ts': DEFINITION })
    writeFiles(folder, {
      '.trustpubrc.ts': DEFINITION.replace('name:', 'npmignoreEnabled: false, name:'),
    })
    const { stdout } = await trustpub(folder, ['synth', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      changes: expect.arrayContaining([{ kind: 'delete', path: '.npmignore' }]),
    })
    expect(existsSync(join(folder, '.npmignore'))).toBe(false)
  })

  it('refuses options that exclude each other', async () => {
    const { status, output } = await synth({ '.trustpubrc.ts': DEFINITION }, '--watch', '--check')
    expect(output).toContain('--watch writes files, --check does not')
    expect(status).toBe(2)
  })
})

describe('trustpub synth --watch', () => {
  it('follows the definition and its imports through errors, and ends with Ctrl-C', async () => {
    const folder = temporaryFolder()
    const named = (name: string) => ({ 'parts/name.ts': `export const name = '${name}'\n` })
    const definition = `import { name } from './parts/name'\n${DEFINITION.replace("'widget'", 'name')}`
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
    const files = { '.trustpubrc.ts': DEFINITION, 'package.json': '{}' }
    writeFiles(folder, files)
    await trustpub(folder, ['synth', '--adopt', 'package.json'])
    const next = DEFINITION.replace('name:', "description: 'next', name:")
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
  const env = { ...PROJECT_ENVIRONMENT }
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
