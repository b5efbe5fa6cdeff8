import { describe, expect, it } from 'vitest'
import { keptArguments } from './arguments.ts'

describe('keptArguments', () => {
  it.each([
    [
      ['--access', 'public', '--tag', 'next'],
      ['--access', 'public', '--tag', 'next'],
    ],
    [['--registry', 'https://a.example/', './dir'], ['./dir']],
    [['--registry=https://a.example/', 'a.tgz'], ['a.tgz']],
    [
      ['-r', '--access', 'public'],
      ['-r', '--access', 'public'],
    ],
  ])('keeps of %j, for npm packages, what does not name a registry', (given, kept) => {
    expect(keptArguments({ args: given, ecosystem: 'npm' }).args).toEqual(kept)
  })

  it.each([
    [
      ['-u', '__token__', '-p', 'secret', '--skip-existing', 'dist/*'],
      ['--skip-existing', 'dist/*'],
    ],
    [['-r', 'testpypi', 'dist/*'], ['dist/*']],
    [['--token', 'secret', 'dist/*.whl'], ['dist/*.whl']],
    [['--index', 'testpypi', '--trusted-publishing', 'always'], []],
  ])('keeps of %j, for Python, what names neither an index nor a credential', (given, kept) => {
    expect(keptArguments({ args: given, ecosystem: 'pypi' }).args).toEqual(kept)
  })

  it('leaves provenance out and says so', () => {
    const given = ['--provenance', '--access', 'public']
    const { args, notes } = keptArguments({ args: given, ecosystem: 'npm' })
    expect(args).toEqual(['--access', 'public'])
    expect(notes).toEqual(['--provenance is left out: with this client it cannot be played.'])
  })

  it('leaves provenance to a client that adds it by itself, without a word', () => {
    const given = { args: ['--provenance', './dist'], ecosystem: 'npm' } as const
    expect(keptArguments(given, { playsProvenance: true })).toEqual({ args: ['./dist'], notes: [] })
  })
})
