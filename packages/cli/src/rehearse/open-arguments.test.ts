import type { PublishStep } from '@trustpub/pipeline'
import { describe, expect, it } from 'vitest'
import { closeArguments } from './open-arguments.ts'
import { testStep } from './testing.ts'

const STEP = testStep({ packages: ['packages/a'] })

const close = (args: readonly string[], version = '1.2.3', step: Partial<PublishStep> = {}) =>
  closeArguments('/copy', { ...STEP, ...step, args }, version)

describe('closeArguments', () => {
  it.each([
    ['1.2.3', 'latest'],
    ['1.2.3-beta.4', 'beta'],
    ['1.2.3-rc-x', 'rc-x'],
    ['1.2.3-0', 'next'],
    ['1.2.3-x.1', 'next'],
  ])('takes the dist-tag from %s: %s', (version, tag) => {
    for (const args of [['--tag', '$TAG'], [`--tag=\${TAG}`]]) {
      const { step, notes } = close(args, version)
      expect(step.args).toEqual(['--tag', tag])
      expect(notes.join()).toContain(`played as ${tag}`)
    }
  })

  it('keeps what is known, and tarballs, as they are', () => {
    const args = ['--provenance', './$DIR/*.tgz', '--tag', 'next', '--access', 'public']
    expect(close(args)).toEqual({ step: { ...STEP, args }, notes: [] })
  })

  it('puts the directory of the package in the place of its name', () => {
    const { step, notes } = close(['$OUT', '--access', '$ACCESS'])
    expect(step.args).toEqual(['/copy/packages/a'])
    expect(notes).toHaveLength(2)
  })

  it('leaves the arguments of Python clients alone', () => {
    const args = ['$DIR/*']
    expect(close(args, '1.2.3', { ecosystem: 'pypi', client: 'uv' }).step.args).toEqual(args)
  })

  it('keeps the value of a switch in its word, where another word would be a package', () => {
    expect(close(['--provenance=false', '--tag=next']).step.args).toEqual([
      '--provenance=false',
      '--tag',
      'next',
    ])
  })
})
