import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bareProject, filesOf, git, temporaryFolder, writeFiles } from '../testing.ts'
import { IgnoreFile } from './ignore-file.ts'

function ignoring(...patterns: readonly string[]): IgnoreFile {
  return new IgnoreFile(bareProject(), '.someignore', { ignorePatterns: patterns, marker: false })
}

describe('IgnoreFile', () => {
  it('keeps the order, and moves a pattern that is added again to the end', () => {
    const file = ignoring('a', 'b')
    file.addPatterns('c', 'a')
    expect(file.content()).toBe('b\nc\na\n')
  })

  it('has the later one of a pattern and its opposite, never both', () => {
    const file = ignoring('/dist/', '!/keep')
    file.include('/dist/')
    file.exclude('/keep')
    expect(file.content()).toBe('!/dist/\n/keep\n')
  })

  it('takes a pattern with or without ! in include and exclude', () => {
    const file = ignoring()
    file.include('!a', 'b')
    file.exclude('!c', 'd')
    expect(file.content()).toBe('!a\n!b\nc\nd\n')
  })

  it('removes a pattern, and nothing else', () => {
    const file = ignoring('a', '!b')
    file.removePatterns('!a', 'b', 'a', 'none')
    expect(file.content()).toBe('!b\n')
  })

  it('is read by git as it was meant', () => {
    const folder = temporaryFolder()
    const file = ignoring('*.log', 'dist/')
    file.include('keep.log')
    writeFiles(folder, { '.gitignore': file.content() ?? '', 'keep.log': '', 'a.log': '' })
    git(folder, 'init', '--quiet')
    const ignored = execFileSync('git', ['status', '--short', '--untracked-files=all'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(ignored).toBe('?? .gitignore\n?? keep.log\n')
  })

  it("has a definition's own patterns last, so that they win", async () => {
    const { NodeProject } = await import('../node/node-project.ts')
    const project = new NodeProject({
      name: 'widget',
      outdir: bareProject().outdir,
      repository: 'acme/widget',
      gitignore: ['!*.log', '/own'],
    })
    project.addGitIgnore('/late')
    const lines = filesOf(project)['.gitignore']?.trimEnd().split('\n')
    expect(lines?.slice(-3)).toEqual(['/late', '!*.log', '/own'])
    expect(lines).not.toContain('*.log')
  })
})
