import { PUBLIC_ISSUERS } from '@trustpub/identity'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from './item.ts'
import { NPMJS, PYPI } from './lock/lock.ts'
import { readPolicy } from './policy.ts'

function policy(...rules: unknown[]) {
  return readPolicy(JSON.stringify({ rules }), 'policy.json', PUBLIC_ISSUERS)
}

function npm(name: string): Item {
  return { kind: 'npm', name, version: '1.0.0', registry: NPMJS }
}

const SIGNED = { require: 'signature' }

describe('a policy', () => {
  it('expects of a package what its first fitting rule says, and nothing without one', () => {
    const expecting = policy(
      { packages: 'npm:@acme/*', repository: 'acme/widget', workflow: 'release.yml' },
      { packages: ['pypi:acme-*', 'npm:plain'], ...SIGNED },
    )
    expect(expecting(npm('@acme/widget'))).toEqual({
      publisher: {
        provider: 'github',
        issuer: 'https://token.actions.githubusercontent.com',
        fields: { repository: 'acme/widget', workflow: 'release.yml' },
        pins: {},
      },
    })
    expect(expecting(npm('plain'))).toEqual(SIGNED)
    expect(expecting(npm('plainer'))).toEqual({})
    expect(expecting(npm('@acmes/widget'))).toEqual({})
    const python = { kind: 'pypi', name: 'Acme.Widget', version: '1', registry: PYPI } as const
    expect(expecting(python)).toEqual(SIGNED)
  })

  it('has patterns that are anchored at both ends, with any text for each wildcard', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '/', '.', '@') })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (pieces, name) => {
        const pattern = `npm:${pieces.join('*')}`
        const escaped = pieces.map((piece) => piece.replace(/[.]/g, '\\.')).join('.*')
        const fits = new RegExp(`^npm:${escaped}$`, 's').test(`npm:${name}`)
        const item = { ...npm(name), version: '1.0.0' } as Item
        expect(policy({ packages: pattern, ...SIGNED })(item)).toEqual(fits ? SIGNED : {})
      }),
    )
  })

  it.each<[string, string]>([
    ['{', 'it is not JSON'],
    ['{}', 'a list "rules"'],
    ['{"rules":[]}', 'a list "rules"'],
    ['{"rules":["*"]}', 'in rule 1: a rule is an object'],
    ['{"rules":[{"packages":"*","require":"signature"},{}]}', 'in rule 2: "packages"'],
    ['{"rules":[{"packages":"widget","require":"signature"}]}', '"packages" must be a pattern'],
    ['{"rules":[{"packages":"*"}]}', 'it expects nothing'],
    ['{"rules":[{"packages":"*","require":"everything"}]}', '"require" must be provenance'],
    ['{"rules":[{"packages":"*","repo":"acme/widget"}]}', 'there is no "repo"'],
    ['{"rules":[{"packages":"*","repository":"acme"}]}', 'write it as owner/name'],
    ['{"rules":[{"packages":"*","repository":7}]}', '"repository" must be a text'],
    ['{"rules":[{"packages":"*","workflow":"a.yml"}]}', 'name that too'],
    ['{"rules":[{"packages":"*","repository":"a/b","require":"nothing"}]}', 'expects provenance'],
  ])('is refused as %s', (text, reason) => {
    expect(() => readPolicy(text, 'policy.json', PUBLIC_ISSUERS)).toThrow(reason)
  })
})
