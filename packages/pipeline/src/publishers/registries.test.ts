import { describe, expect, it } from 'vitest'
import type { PublishStep } from '../model.ts'
import { audienceOf, hostOf, registryOf, whyTokenOnly } from './registries.ts'

function step(registry?: string, secrets: readonly string[] = []): PublishStep {
  const place = { file: 'release.yml', line: 1, column: 1 }
  return {
    place,
    client: 'npm',
    uploader: 'npm',
    ecosystem: 'npm',
    text: 'npm publish',
    directory: '.',
    args: [],
    packages: ['.'],
    within: { place, value: null },
    storedSecrets: secrets.map((name) => ({ name, place, by: 'input' })),
    ...(registry !== undefined && { registry }),
  }
}

const job = (granted: boolean) => ({ idToken: { granted, reason: '', variables: [] } })

describe('registryOf', () => {
  it('is the public one where only a run knows the registry', () => {
    expect(registryOf(step())).toBe('https://registry.npmjs.org/')
    expect(registryOf(step('$REGISTRY'))).toBe('https://registry.npmjs.org/')
  })
})

describe('audienceOf', () => {
  it.each([
    ['npm', 'https://registry.npmjs.org/', 'npm:registry.npmjs.org'],
    ['npm', 'https://packages.acme.test:8443/', 'npm:packages.acme.test'],
    ['pypi', 'https://upload.pypi.org/legacy/', 'pypi'],
    ['pypi', 'https://test.pypi.org/legacy/', 'testpypi'],
  ] as const)('of %s at %s is %s', (ecosystem, registry, audience) => {
    expect(audienceOf(ecosystem, registry)).toBe(audience)
  })

  it('knows PyPI under both names', () => {
    expect(hostOf('https://upload.pypi.org/legacy/')).toBe(hostOf('https://pypi.org/'))
  })
})

describe('whyTokenOnly', () => {
  it.each([
    [undefined, false, []],
    ['https://registry.npmjs.org/', true, ['NPM_TOKEN']],
    ['https://packages.acme.test/', true, []],
  ])('plays %s with ID tokens %s and secrets %s', (registry, granted, secrets) => {
    expect(whyTokenOnly(step(registry, secrets), job(granted), [])).toBeUndefined()
  })

  it.each([
    ['https://npm.pkg.github.com', true, []],
    ['https://gitlab.com/api/v4/projects/1/packages/npm/', true, []],
    ['https://packages.acme.test/', true, ['REGISTRY_TOKEN']],
    ['https://packages.acme.test/', false, []],
  ])('leaves out %s with ID tokens %s and secrets %s', (registry, granted, secrets) => {
    expect(whyTokenOnly(step(registry, secrets), job(granted), [])).toContain(
      new URL(registry).host,
    )
  })

  it('plays a registry that the record names', () => {
    const registry = 'https://packages.acme.test/'
    expect(whyTokenOnly(step(registry, ['TOKEN']), job(false), [registry])).toBeUndefined()
  })
})
