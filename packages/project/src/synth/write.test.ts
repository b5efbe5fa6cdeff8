import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Component } from '../component.ts'
import { Project } from '../project.ts'
import { bareProject, readFiles, temporaryFolder, writeFiles } from '../testing.ts'
import { LEDGER_FILE } from './ledger.ts'
import { planSynth } from './plan.ts'
import { interceptSynth } from './synth.ts'
import { changesOf, plan, projectWith, synthesise } from './testing.ts'
import { writePlan } from './write.ts'

describe('writePlan', () => {
  it('changes nothing if one file cannot be written, and says which', () => {
    const folder = temporaryFolder()
    synthesise(folder, { a: '1', old: '1' })
    const before = readFiles(folder)
    const made = plan(folder, { a: '2', 'new/deep/b': '1', 'z/c': '1' })
    // Between plan and writing somebody puts a file in the place of a folder.
    writeFiles(folder, { z: '' })
    expect(() => writePlan(made)).toThrow(
      expect.objectContaining({
        code: 'file_unwritable',
        message: 'z/c cannot be written (EEXIST). Nothing was changed.',
      }),
    )
    expect(readFiles(folder)).toEqual({ ...before, z: '' })
    expect(existsSync(join(folder, 'new'))).toBe(false)
  })

  it('undoes what it has moved if a later file cannot be moved', () => {
    const folder = temporaryFolder()
    synthesise(folder, { a: '1', m: '1' })
    const before = readFiles(folder)
    const made = plan(folder, { a: '2', b: 'new', m: '2' })
    rmSync(join(folder, 'm'))
    mkdirSync(join(folder, 'm/in the way'), { recursive: true })
    expect(() => writePlan(made)).toThrow('m cannot be written')
    rmSync(join(folder, 'm'), { recursive: true })
    expect({ ...readFiles(folder), m: '1\n' }).toEqual(before)
  })

  it('undoes everything if a file cannot be removed', () => {
    const folder = temporaryFolder()
    synthesise(folder, { a: '1', 'gone/x': '1', obstacle: '1' })
    const made = plan(folder, { a: '2' })
    rmSync(join(folder, 'obstacle'))
    mkdirSync(join(folder, 'obstacle/full'), { recursive: true })
    expect(() => writePlan(made)).toThrow('obstacle cannot be written')
    expect(readFiles(folder)).toMatchObject({ a: '1\n', 'gone/x': '1\n' })
  })

  it('makes the folder of a new project', () => {
    const folder = join(temporaryFolder(), 'not/yet')
    synthesise(folder, { a: '1' })
    expect(readFiles(folder).a).toBe('1\n')
  })

  it('tells the components of all projects when it is done, and not before', () => {
    const folder = temporaryFolder()
    const told: string[] = []
    class Telling extends Component {
      override postSynthesize(): void {
        told.push(`${this.project.name}: ${existsSync(join(folder, '.gitignore'))}`)
      }
    }
    const root = bareProject(folder)
    new Telling(root)
    new Telling(new Project({ name: 'sub', parent: root, outdir: 'sub' }))
    const made = planSynth(root)
    expect(told).toEqual([])
    writePlan(made)
    expect(told).toEqual(['widget: true', 'sub: true'])
  })

  it('leaves no file of its own behind', () => {
    const folder = temporaryFolder()
    synthesise(folder, { a: '1' })
    expect(Object.keys(readFiles(folder))).toEqual(['.gitignore', LEDGER_FILE, 'a'])
  })

  it('keeps a digest of what carries no marker, and of nothing else', () => {
    const folder = temporaryFolder()
    synthesise(folder, { a: '1' })
    expect(JSON.parse(readFiles(folder)[LEDGER_FILE] ?? '')).toEqual({
      files: ['.gitignore', 'a'],
      digests: { a: expect.stringMatching(/^sha256-[A-Za-z0-9+/]{43}=$/) },
    })
  })
})

describe('interceptSynth', () => {
  it('decides what synth() does until it is restored', () => {
    const folder = temporaryFolder()
    const restore = interceptSynth((project) => planSynth(project))
    try {
      expect(changesOf(projectWith(folder, { a: '1' }).synth())).toEqual(['create a'])
      expect(readFiles(folder)).toEqual({})
    } finally {
      restore()
    }
    projectWith(folder, { a: '1' }).synth()
    expect(readFiles(folder).a).toBe('1\n')
  })
})
