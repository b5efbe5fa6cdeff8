import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { PROJECT_ENVIRONMENT, trustpub } from './support/project.ts'
import { hashOfTree } from './support/rehearsal.ts'
import { type Finished, run } from './support/tools.ts'

const GIT = { cwd: temporaryFolder(), env: PROJECT_ENVIRONMENT }

function start(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return trustpub(cwd, ['new', ...args, '--no-install'])
}

const DEFINITIONS = {
  node: '.trustpubrc.ts',
  typescript: '.trustpubrc.ts',
  jsii: '.trustpubrc.ts',
  python: '.trustpubrc.json',
} as const

describe.each(Object.entries(DEFINITIONS))('trustpub new %s', (kind, definition) => {
  it('makes a project in a repository of its own that synth has nothing to add to', async () => {
    const folder = temporaryFolder()
    const { status, output } = await start(folder, kind, 'widget', '--repository', 'acme/widget')
    expect(output).toMatch(new RegExp(`^widget is in widget: ${definition.replaceAll('.', '\\.')}`))
    expect(output).toContain('Register')
    expect(output).toContain('  1. cd widget\n')
    expect(status).toBe(0)
    const project = join(folder, 'widget')
    expect(readFileSync(join(project, definition), 'utf8')).toContain('acme/widget')
    expect(readFileSync(join(project, '.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
    expect(existsSync(join(project, 'trusted-publishers.json'))).toBe(true)
    expect(await trustpub(project, ['synth', '--check'])).toMatchObject({ status: 0 })
  })

  it('makes one for GitLab', async () => {
    const folder = temporaryFolder()
    const args = ['--repository', 'group/team/widget', '--provider', 'gitlab']
    expect(await start(folder, kind, '.', ...args)).toMatchObject({ status: 0 })
    expect(existsSync(join(folder, '.gitlab-ci.yml'))).toBe(true)
    expect(existsSync(join(folder, '.github'))).toBe(false)
    expect(readFileSync(join(folder, 'trusted-publishers.json'), 'utf8')).toContain('group/team')
    expect(await trustpub(folder, ['synth', '--check'])).toMatchObject({ status: 0 })
  })
})

describe('trustpub new', () => {
  it('takes the name from the folder and the repository from the git remote', async () => {
    const folder = join(temporaryFolder(), 'Nice Tool')
    await run('git', ['init', '--quiet', folder], GIT)
    const remote = ['-C', folder, 'remote', 'add', 'origin', 'git@github.com:acme/tools.git']
    await run('git', remote, GIT)
    const { stdout } = await start(folder, 'node', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'nice-tool',
      directory: '.',
      definition: '.trustpubrc.ts',
      repository: 'acme/tools',
      repositoryIsExample: false,
      isGit: true,
      installCommand: 'npm install',
      warnings: [],
      registrations: [{ package: 'npm:nice-tool' }],
    })
  })

  it('says where it had to guess, and shows no publishers of an example', async () => {
    const { stdout } = await start(temporaryFolder(), 'jsii', 'widget')
    expect(stdout).toContain('The repository example/widget is an example')
    expect(stdout).toContain('The author is an example')
    expect(stdout).toContain('Put your repository into .trustpubrc.ts')
    expect(stdout).not.toContain('npm trust')
  })

  it('builds Python with what is asked for', async () => {
    const folder = temporaryFolder()
    await start(folder, 'python', '.', '--build-tool', 'hatch', '--name', 'acme-widget')
    const definition = readFileSync(join(folder, '.trustpubrc.json'), 'utf8')
    expect(JSON.parse(definition)).toMatchObject({
      type: 'python',
      name: 'acme-widget',
      moduleName: 'acme_widget',
      buildTool: 'hatch',
    })
    expect(readFileSync(join(folder, 'pyproject.toml'), 'utf8')).toContain('hatchling')
  })

  it('keeps a repository that is there, and makes none if told so', async () => {
    const folder = temporaryFolder()
    await run('git', ['init', '--quiet', folder], GIT)
    await start(folder, 'node', 'inner')
    expect(existsSync(join(folder, 'inner/.git'))).toBe(false)
    const other = temporaryFolder()
    const { stdout } = await start(other, 'node', '.', '--no-git')
    expect(existsSync(join(other, '.git'))).toBe(false)
    expect(stdout).toContain('git init')
  })

  it('says what to run later where npm and git are missing', async () => {
    const bin = temporaryFolder()
    symlinkSync(process.execPath, join(bin, 'node'))
    const folder = temporaryFolder()
    const { status, stdout } = await trustpub(folder, ['new', 'node'], { PATH: bin })
    expect(stdout).toContain('warning  npm is not on this machine')
    expect(stdout).toMatch(/^ {2}1\. npm install$/m)
    expect(stdout).toMatch(/^ {2}\d\. git init /m)
    expect(status).toBe(0)
    expect(existsSync(join(folder, 'package.json'))).toBe(true)
  })

  it('installs dependencies, so that there is a lock file', async () => {
    const folder = temporaryFolder()
    const { status, stdout } = await trustpub(folder, ['new', 'node', '--json'])
    expect(JSON.parse(stdout)).not.toHaveProperty('installCommand')
    expect(status).toBe(0)
    expect(existsSync(join(folder, 'package-lock.json'))).toBe(true)
  })

  it('overwrites nothing but what is named', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { 'package.json': '{}\n', '.gitignore': '*.bak\n', 'README.md': '# Mine\n' })
    const before = hashOfTree(folder)
    const refused = await start(folder, 'node')
    expect(refused.output).toContain('.gitignore, package.json')
    expect(refused.output).toContain('--adopt .gitignore --adopt package.json')
    expect(refused.status).toBe(1)
    expect(hashOfTree(folder)).toBe(before)
    const adopting = ['--adopt', '.gitignore', '--adopt', 'package.json']
    expect(await start(folder, 'node', '.', ...adopting)).toMatchObject({ status: 0 })
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# Mine\n')
  })

  it('leaves nothing of a project that fails, not even its folder', async () => {
    const folder = temporaryFolder()
    const args = ['python', 'a/b', '--name', 'no good']
    const { status, output } = await start(folder, ...args)
    expect(output).toContain('no good')
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves a project alone that is there already', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { '.trustpubrc.mjs': '' })
    const { status, output } = await start(folder, 'node')
    expect(output).toContain('.trustpubrc.mjs exists')
    expect(output).toContain('trustpub synth')
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual(['.trustpubrc.mjs'])
  })

  it.each([
    [[], 'trustpub new node|typescript|jsii|python'],
    [['typoscript'], 'Did you mean typescript?'],
    [['node', 'a', 'b'], 'not also "b"'],
    [['node', '--build-tool', 'uv'], '--build-tool is for Python projects'],
    [['python', '--build-tool', 'pixi'], 'Known: uv, hatch, setuptools, poetry'],
    [['node', '--provider', 'gitlub'], 'There is no provider gitlub. Did you mean git'],
    [['node', '--repository', 'acme'], '--repository must be owner/name'],
  ])('refuses the arguments %j', async (args, sentence) => {
    const folder = temporaryFolder()
    const { status, output } = await start(folder, ...args)
    expect(output).toContain(sentence)
    expect(status).toBe(2)
    expect(readdirSync(folder), basename(folder)).toEqual([])
  })
})
