import { describe, expect, it } from 'vitest'
import { parseCoreMetadata } from '../archives/core-metadata.ts'
import { manifestOf } from './pypi-manifest.ts'

function manifest(...lines: readonly string[]): Record<string, unknown> {
  const text = ['Metadata-Version: 2.1', 'Name: Widget', 'Version: 1.0-rc1', ...lines].join('\n')
  return manifestOf(parseCoreMetadata(Buffer.from(text)))
}

describe('manifestOf', () => {
  it('has the name as written and the version as PEP 440 writes it', () => {
    expect(manifest()).toEqual({ name: 'Widget', version: '1.0rc1' })
  })

  it('gathers repeated fields and splits project URLs at the first comma', () => {
    expect(
      manifest(
        'Classifier: A',
        'Classifier: B',
        'Requires-Dist: x>1',
        'Provides-Extra: all',
        'Project-URL: Home, https://example.com/?a,b',
      ),
    ).toMatchObject({
      classifiers: ['A', 'B'],
      requires_dist: ['x>1'],
      provides_extra: ['all'],
      project_urls: { Home: 'https://example.com/?a,b' },
    })
  })

  it('takes the description from the body, or from the old field without its margin', () => {
    expect(manifest('Summary: s', '', 'Body\n').description).toBe('Body\n')
    const old = manifest('Description: First', '        second', '       |third')
    expect(old.description).toBe('First\nsecond\nthird')
  })

  it('leaves out what is empty or UNKNOWN', () => {
    expect(manifest('Author: ', 'License: UNKNOWN')).toEqual({ name: 'Widget', version: '1.0rc1' })
  })
})
