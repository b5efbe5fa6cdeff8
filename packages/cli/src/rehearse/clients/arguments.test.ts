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
      ['-u', '__token__', '-p', 'secret', '--skip-existing', 'dist/*'],
      ['--skip-existing', 'dist/*'],
    ],
    [['--token', 'secret', 'dist/*.whl'], ['dist/*.whl']],
    [['--index', 'testpypi', '--trusted-publishing', 'always'], []],
  ])('keeps of %j what does not name a registry or a credential', (given, kept) => {
    expect(keptArguments(given).args).toEqual(kept)
  })

  it('leaves provenance out and says so', () => {
    const { args, notes } = keptArguments(['--provenance', '--access', 'public'])
    expect(args).toEqual(['--access', 'public'])
    expect(notes).toEqual(['--provenance is left out: provenance needs the public Sigstore.'])
  })
})
