import { describe, expect, it } from 'vitest'
import { incapableNode, incapableNpm, installedNpm } from './npm-versions.ts'

describe('incapableNode', () => {
  it.each(['18', '20', '22.x', 'v22.14.0', '23', '24.4.1', 'lts/iron', 'lts/Jod'])(
    'tells that Node %s brings an npm that is too old',
    (version) => {
      expect(incapableNode(version)).toContain('cannot exchange ID tokens')
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
  ])('does not judge Node %s, which has or may have a newer npm', (version) => {
    expect(incapableNode(version)).toBeUndefined()
  })
})

describe('incapableNpm', () => {
  it.each(['10', '10.9.2', '^10.8', '11.4.2', '11.5.0'])('refuses npm %s', (version) => {
    expect(incapableNpm(version)).toContain('11.5.1')
  })

  it.each(['11', '^11.4.0', '11.5.1', '12.0.0', 'latest', 'next-11', ''])(
    'does not judge npm %s',
    (version) => {
      expect(incapableNpm(version)).toBeUndefined()
    },
  )
})

describe('installedNpm', () => {
  it('knows a global installation of npm, new enough or not', () => {
    expect(installedNpm(['npm', 'install', '-g', 'npm@latest'])).toEqual({ incapable: undefined })
    expect(installedNpm(['npm', 'i', '--global', 'npm@10'])?.incapable).toContain('npm 10')
  })

  it('passes over other installations', () => {
    expect(installedNpm(['npm', 'install', '-g', 'pnpm@10'])).toBeUndefined()
    expect(installedNpm(['npm', 'install', 'npm@10'])).toBeUndefined()
    expect(installedNpm(['npm', 'publish'])).toBeUndefined()
  })
})
