import { describe, expect, it } from 'vitest'
import { tellingEnd } from './output.ts'

describe('tellingEnd', () => {
  it('leaves out what npm packed and keeps its notices about the failure', () => {
    const output = [
      'npm notice 📦  a@1.0.0',
      'npm notice Tarball Contents',
      'npm notice 17B index.js',
      'npm notice total files: 2',
      'npm notice',
      'npm notice The claim aud is wrong.',
      'npm error code ENEEDAUTH',
      'npm error A complete log of this run can be found in: /tmp/x',
    ].join('\n')
    expect(tellingEnd(output)).toBe('npm notice The claim aud is wrong.\nnpm error code ENEEDAUTH')
  })

  it('keeps the sentence of an error in place of its stack', () => {
    const stack = Array.from({ length: 20 }, (_, at) => `    at f${at} (file:///a.js:${at}:1)`)
    expect(tellingEnd(['Error: no such file', ...stack].join('\n'))).toBe('Error: no such file')
  })

  it('keeps the end and drops colours', () => {
    const output = Array.from({ length: 40 }, (_, at) => `\u001b[31mline ${at}\u001b[0m`).join('\n')
    expect(tellingEnd(output).split('\n').at(0)).toBe('line 28')
    expect(tellingEnd(output).split('\n').at(-1)).toBe('line 39')
  })
})
