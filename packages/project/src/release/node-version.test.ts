import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { releaseJob, stepOf } from '../testing.ts'
import { node } from '../testing-definitions.ts'
import { publishingNode } from './node-version.ts'
import { TOOL_VERSIONS } from './recipe.ts'

describe('publishingNode', () => {
  it.each([
    [undefined, '24.x'],
    ['24.x', '24.x'],
    ['22.x', '22.x'],
    ['22', '22'],
    ['26', '26'],
    ['20.17.0', '20.17.0'],
    ['20.x', '20.x'],
    ['22.9', '22.9'],
    ['v24.1.0', 'v24.1.0'],
    ['lts/*', 'lts/*'],
    ['latest', 'latest'],
    ['18.12.0', '24.x'],
    ['18', '24.x'],
    ['20.16.0', '24.x'],
    ['21.x', '24.x'],
    ['22.8.0', '24.x'],
    ['16.x', '24.x'],
    ['^18.0.0', '24.x'],
    ['>=16', '24.x'],
    ['~18.1', '24.x'],
    ['18.*', '24.x'],
    ['<20', '24.x'],
    ['lts/hydrogen', '24.x'],
    ['lts/-2', '24.x'],
    ['', '24.x'],
    ['nonsense', '24.x'],
  ])('makes of %j what npm runs on: %s', (asked, expected) => {
    expect(publishingNode(asked)).toBe(expected)
  })

  it('never yields a version that npm does not run on', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(9), (major, minor, patch) => {
        const [a = 0, b = 99] = publishingNode(`${major}.${minor}.${patch}`)
          .replace('.x', '')
          .split('.')
          .map(Number)
        expect(a >= 23 || (a === 22 && b >= 9) || (a === 20 && b >= 17)).toBe(true)
      }),
    )
  })
})

describe('the job that publishes to npm', () => {
  it.each([
    [{ workflowNodeVersion: '18.x' }, '18.x', '24.x'],
    [{ minNodeVersion: '18.12.0' }, '18.12.0', '24.x'],
    [{ workflowNodeVersion: '26.x', minNodeVersion: '18.12.0' }, '26.x', '26.x'],
    [{}, '24.x', '24.x'],
  ])(
    'has a Node of its own where the one of the build is too old: %j',
    (versions, build, publish) => {
      const project = node({ publishToNpm: { trustedPublishing: true }, ...versions })
      const nodeOf = (id: string) =>
        stepOf(releaseJob(project, id), 'setup_node').with?.['node-version']
      expect([nodeOf('release'), nodeOf('release_npm')]).toEqual([build, publish])
    },
  )

  it('runs an npm at an exact version that knows trusted publishing', () => {
    const project = node({ publishToNpm: { trustedPublishing: true }, minNodeVersion: '18.12.0' })
    const { run = '' } = stepOf(releaseJob(project, 'release_npm'), 'release')
    const versions = [...run.matchAll(/\bnpm@(\S+)/g)].map(([, version]) => version)
    expect(new Set(versions)).toEqual(new Set([TOOL_VERSIONS.npm]))
    const [major = 0, minor = 0, patch = 0] = TOOL_VERSIONS.npm.split('.').map(Number)
    const newEnough = major > 11 || (major === 11 && (minor > 5 || (minor === 5 && patch >= 1)))
    expect(newEnough).toBe(true)
    expect(TOOL_VERSIONS.npm).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
