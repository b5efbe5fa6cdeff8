import { describe, expect, it } from 'vitest'
import { registriesSetBy, registryFor } from './registries-set.ts'

const set = (script: string) => [...registriesSetBy(script)]

describe('registriesSetBy', () => {
  it.each([
    ['npm config set registry https://npm.acme.example/', ''],
    ['npm set registry=https://npm.acme.example/', ''],
    ['npm config set --location=project "@acme:registry" "https://npm.acme.example/"', '@acme'],
    ['echo "@acme:registry=https://npm.acme.example/" >> ~/.npmrc', '@acme'],
    ["printf 'a=b\\nregistry=https://npm.acme.example/\\n' > .npmrc", ''],
    ['cat > .npmrc <<EOF\n@$GROUP:registry=https://npm.acme.example/\nEOF\n', '@$GROUP'],
  ])('reads %j', (script, scope) => {
    expect(set(script)).toEqual([[scope, 'https://npm.acme.example/']])
  })

  it.each([
    'npm publish --registry=https://npm.acme.example/',
    'npm config set //registry.npmjs.org/:_authToken x',
    'echo "registry=https://npm.acme.example/"',
    'NPM_CONFIG_REGISTRY=https://npm.acme.example/ npm ci > .npmrc',
  ])('finds none in %j', (script) => {
    expect(set(script)).toEqual([])
  })
})

describe('registryFor', () => {
  it('goes by the scope of the package', () => {
    const registries = new Map([
      ['@acme', 'https://a.example/'],
      ['', 'https://b.example/'],
    ])
    expect(registryFor('@acme/widget', registries)).toBe('https://a.example/')
    expect(registryFor('@other/widget', registries)).toBeUndefined()
    expect(registryFor('widget', registries)).toBeUndefined()
  })

  it('takes a scope that only a run knows for that of any package', () => {
    const registries = new Map([['@$GROUP', 'https://a.example/']])
    expect(registryFor('@acme/widget', registries)).toBe('https://a.example/')
  })
})
