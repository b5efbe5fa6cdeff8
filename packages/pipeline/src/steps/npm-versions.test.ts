import { describe, expect, it } from 'vitest'
import { installedTools, toolVersion } from './installed-tools.ts'
import { bundledNpm, nodeRange } from './node-versions.ts'
import { incapableNpmVersion } from './npm-versions.ts'

const PLACE = { file: 'ci.yml', line: 1, column: 1 }

const ofNode = (written: string) =>
  incapableNpmVersion(bundledNpm({ written, range: nodeRange(written), from: 'setup' }))
const ofNpm = (written: string) => incapableNpmVersion(toolVersion(written, PLACE, 'install'))

describe('the npm of a Node', () => {
  it.each(['18', '20', '22.x', 'v22.14.0', '23', '24.4.1', 'lts/iron', 'lts/Jod'])(
    'is too old with Node %s',
    (version) => {
      expect(ofNode(version)).toContain('cannot exchange ID tokens')
    },
  )

  it.each([
    '24',
    '24.x',
    '24.5.0',
    '26',
    'lts/*',
    'lts/krypton',
    'latest',
    '>=20',
    '$NODE_VERSION',
  ])('is not judged with Node %s, which has or may have a newer one', (version) => {
    expect(ofNode(version)).toBeUndefined()
  })
})

describe('an npm that is asked for', () => {
  it.each(['10', '10.9.2', '^10.8', '11.4.2', '11.5.0'])('is too old as %s', (version) => {
    expect(ofNpm(version)).toContain('11.5.1')
  })

  it.each(['11', '^11.4.0', '11.5.1', '12.0.0', 'latest', 'next-11', ''])(
    'is not judged as %s',
    (version) => {
      expect(ofNpm(version)).toBeUndefined()
    },
  )
})

describe('installedTools', () => {
  it.each([
    ['npm install -g npm@latest', 'npm', '*'],
    ['npm i --global npm@10', 'npm', '>=10.0.0 <11.0.0-0'],
    ['npm install -g pnpm@10', 'pnpm', '>=10.0.0 <11.0.0-0'],
    ['corepack prepare yarn@4.9.0 --activate', 'yarn', '4.9.0'],
    ['pip install -U build twine==6.0.1', 'twine', '6.0.1'],
    ['pip install twine>=6,<7', 'twine', '>=6.0.0 <7.0.0-0'],
    ['pipx install poetry', 'poetry', '*'],
  ])('reads %j', (line, name, range) => {
    const found = installedTools(line.split(' ').slice(line.startsWith('corepack') ? 1 : 0), PLACE)
    expect(new Map(found).get(name)).toMatchObject({ range, place: PLACE })
  })

  it.each(['npm install npm@10', 'npm publish', 'npm install -g typescript', 'pip install -e .'])(
    'passes over %j',
    (line) => {
      expect(installedTools(line.split(' '), PLACE)).toBeUndefined()
    },
  )
})
