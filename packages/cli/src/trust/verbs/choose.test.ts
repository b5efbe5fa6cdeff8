import { describe, expect, it } from 'vitest'
import { readArguments } from '../../command.ts'
import { command } from '../../commands/trust.ts'
import type { Plan } from '../plan.ts'
import { chosen } from './choose.ts'

const publisher = (name: string, registry: string) => ({
  package: name,
  registry,
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml' },
  permissions: ['publish'] as const,
})

const PLAN: Plan = {
  publishers: [
    publisher('npm:@acme/widget', 'https://registry.npmjs.org/'),
    publisher('npm:@acme/widget', 'https://npm.acme.example/'),
    publisher('pypi:acme-widget', 'https://upload.pypi.org/legacy/'),
  ],
  record: '{}',
  missing: [],
  differing: [],
  unused: [],
  notes: [],
}

function choose(argv: readonly string[], unplannedToo = false): readonly string[] {
  const groups = chosen(PLAN, readArguments(command, argv), unplannedToo)
  return groups.map(({ package: name, registry }) => `${name} ${new URL(registry).host}`)
}

describe('chosen', () => {
  it.each([
    [
      [],
      [
        'npm:@acme/widget registry.npmjs.org',
        'npm:@acme/widget npm.acme.example',
        'pypi:acme-widget upload.pypi.org',
      ],
    ],
    [['--registry', 'https://pypi.org'], ['pypi:acme-widget upload.pypi.org']],
    [['--registry', 'npm.acme.example'], ['npm:@acme/widget npm.acme.example']],
    [['--package', 'acme-widget'], ['pypi:acme-widget upload.pypi.org']],
    [
      ['--package', 'npm:@acme/widget', '--registry', 'registry.npmjs.org'],
      ['npm:@acme/widget registry.npmjs.org'],
    ],
  ])('%j chooses %j', (argv, expected) => {
    expect(choose(argv)).toEqual(expected)
  })

  it('takes a package that is no longer planned where that makes sense, if it is named in full', () => {
    const argv = ['--package', 'npm:@acme/old', '--registry', 'https://registry.npmjs.org/']
    expect(choose(argv, true)).toEqual(['npm:@acme/old registry.npmjs.org'])
    expect(() => choose(argv)).toThrow('There is no planned package npm:@acme/old.')
    expect(() => choose(argv.slice(0, 2), true)).toThrow('is named in full')
  })

  it.each([
    [['--package', '@acme/widgte'], 'Did you mean @acme/widget?'],
    [['--package', 'npm:@acme/widgte'], 'Did you mean npm:@acme/widget?'],
    [['--registry', 'https://npm.acme.exmaple/'], 'Did you mean npm.acme.example?'],
  ])('%j is told of', (argv, words) => {
    expect(() => choose(argv)).toThrow(words)
  })
})
