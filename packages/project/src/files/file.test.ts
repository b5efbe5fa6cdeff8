import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planSynth } from '../synth/plan.ts'
import { writePlan } from '../synth/write.ts'
import { bareProject, filesOf, readFiles, temporaryFolder, writeFiles } from '../testing.ts'
import { SampleDir, SampleFile } from './sample-file.ts'
import { TextFile } from './text-file.ts'

describe('a path', () => {
  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    '..',
    '.',
    '',
    'a/..',
    '..\\x',
    '\\x',
    'x\0y',
    './',
  ])('that leads out of the project is refused: %j', (path) => {
    expect(() => new TextFile(bareProject(), path)).toThrow(
      expect.objectContaining({ code: 'file_outside' }),
    )
  })

  it.each([
    ['./a//b', 'a/b'],
    ['a\\b', 'a/b'],
    ['a/../b', 'b'],
    ['..a', '..a'],
    ['a/', 'a'],
    ['...', '...'],
  ])('is brought into one form: %j', (path, normal) => {
    expect(new TextFile(bareProject(), path).path).toBe(normal)
  })

  it('belongs to one part of the definition', () => {
    const project = bareProject()
    new TextFile(project, 'a/b')
    expect(() => new TextFile(project, 'a/./b')).toThrow(
      expect.objectContaining({
        code: 'file_twice',
        message:
          'Two parts of the definition write a/b: change the path of one of them, or remove the other with tryRemoveFile("a/b").',
      }),
    )
    expect(project.tryRemoveFile('./a/b')).toBeDefined()
    expect(() => new TextFile(project, 'a/b')).not.toThrow()
  })
})

describe('TextFile', () => {
  it('ends with a line break, and is empty without lines', () => {
    const project = bareProject()
    const file = new TextFile(project, 'a', { lines: ['x'] })
    file.addLine('y')
    expect(file.content()).toBe('x\ny\n')
    expect(new TextFile(project, 'b').content()).toBe('')
    expect(new TextFile(project, 'c', { text: () => 'z\n' }).content()).toBe('z\n')
  })

  it('is executable and ignored by git if it is to be', () => {
    const folder = temporaryFolder()
    const project = bareProject(folder)
    new TextFile(project, 'bin/x', { lines: ['#!/bin/sh'], executable: true, committed: false })
    project.synth()
    expect(statSync(join(folder, 'bin/x')).mode & 0o111).toBe(0o111)
    expect(readFiles(folder)['.gitignore']).toContain('\n/bin/x\n')
  })
})

describe('SampleFile', () => {
  it('is written once, and from then on left alone', () => {
    const folder = temporaryFolder()
    const synthesise = (): void => {
      const project = bareProject(folder)
      new SampleFile(project, 'README.md', { contents: 'ours' })
      project.synth()
    }
    synthesise()
    expect(readFiles(folder)['README.md']).toBe('ours')
    writeFiles(folder, { 'README.md': 'theirs' })
    synthesise()
    expect(readFiles(folder)['README.md']).toBe('theirs')
  })

  it('stays when it is no longer part of the definition', () => {
    const folder = temporaryFolder()
    const project = bareProject(folder)
    new SampleFile(project, 'README.md', { contents: 'ours' })
    project.synth()
    bareProject(folder).synth()
    expect(existsSync(join(folder, 'README.md'))).toBe(true)
  })
})

describe('SampleDir', () => {
  it('is written as a whole, or not at all', () => {
    const folder = temporaryFolder()
    const files = { 'a.js': 'a', 'b/c.js': 'c' }
    const project = bareProject(folder)
    new SampleDir(project, 'src', { files })
    expect(filesOf(project)).toMatchObject({ 'src/a.js': 'a', 'src/b/c.js': 'c' })

    mkdirSync(join(folder, 'lib'))
    const later = bareProject(folder)
    new SampleDir(later, 'lib', { files })
    const plan = planSynth(later)
    writePlan(plan)
    expect(plan.changes.map(({ path }) => path)).not.toContain('lib/a.js')
  })
})
