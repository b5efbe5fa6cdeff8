import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addLicense } from './license.ts'
import type { ProjectOptions } from './options/project.ts'
import { Project } from './project.ts'
import { bareProject, filesOf, NOWHERE, readFiles, temporaryFolder, writeFiles } from './testing.ts'

const BROUGHT_ALONG = readdirSync(new URL('../licenses/', import.meta.url)).map((name) =>
  name.replace(/\.txt$/, ''),
)

function licenseOf(options: Partial<ProjectOptions>): string | undefined {
  const project = bareProject()
  addLicense(project, { name: 'widget', ...options })
  return filesOf(project).LICENSE
}

describe('LICENSE', () => {
  it('is Apache-2.0 unless another one is asked for', () => {
    expect(licenseOf({})).toContain('Apache License')
    expect(licenseOf({ license: 'MIT' })).toContain('Permission is hereby granted, free of charge')
  })

  it.each(BROUGHT_ALONG)('of %s has no gaps left', (license) => {
    expect(licenseOf({ license })).not.toMatch(/\{\w+\}/)
  })

  it.each(['MIT', 'ISC', 'BSD-3-Clause'])('of %s names owner and years as they are', (license) => {
    const text = licenseOf({
      license,
      copyrightOwner: '$& {period} Acme',
      copyrightPeriod: '2020-2026',
    })
    expect(text).toContain('Copyright (c) 2020-2026')
    expect(text).toContain('$& {period} Acme')
  })

  it('names the author where no owner is named, and somebody in any case', () => {
    expect(licenseOf({ license: 'MIT', authorName: 'Ada' })).toContain('Ada')
    expect(licenseOf({ license: 'MIT' })).toContain('the widget authors')
  })

  it('is left alone where there is one', () => {
    const folder = temporaryFolder()
    writeFiles(folder, { LICENSE: 'Copyright (c) 1999 Somebody\n' })
    const project = bareProject(folder)
    addLicense(project, { name: 'widget', license: 'MIT' })
    project.synth()
    expect(readFiles(folder).LICENSE).toBe('Copyright (c) 1999 Somebody\n')
  })

  it.each(['GPL-3.0-only', 'See LICENSE', '../../package', 'constructor'])(
    'is not written where there is no text of it, and that is said: %s',
    (license) => {
      const project = bareProject()
      addLicense(project, { name: 'widget', license })
      expect(project.tryFindFile('LICENSE')).toBeUndefined()
      expect(project.notes).toEqual([
        expect.stringContaining(`There is no text of the licence ${license}`),
      ])
    },
  )

  it('is not written where there is none, nor twice in one repository', () => {
    expect(licenseOf({ license: 'UNLICENSED' })).toBeUndefined()
    expect(licenseOf({ licensed: false })).toBeUndefined()
    const parent = bareProject()
    const sub = new Project({ name: 'sub', parent, outdir: 'sub' })
    addLicense(sub, { name: 'sub' })
    expect(filesOf(parent)['sub/LICENSE']).toBeUndefined()
    expect(parent.outdir).toBe(NOWHERE)
  })
})
