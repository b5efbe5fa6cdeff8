import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Claims } from './check.ts'
import { parseFields } from './fields.ts'
import { parseIssuerUrl } from './issuer.ts'
import { PROVIDERS } from './providers/index.ts'
import { findProvider, PUBLIC_ISSUERS } from './registered.ts'
import { assess, pinsOf, type TrustedPublisher } from './trust.ts'
import type { IdToken } from './verify.ts'

it('providers have ids and public issuers of their own', () => {
  expect(new Set(PROVIDERS.map((provider) => provider.id)).size).toBe(PROVIDERS.length)
  expect(new Set(PUBLIC_ISSUERS.map((issuer) => issuer.url)).size).toBe(PROVIDERS.length)
})

it.each(['', 'GitHub', '__proto__', 'constructor'])('there is no provider %j', (id) => {
  expect(() => findProvider(id)).toThrow(expect.objectContaining({ code: 'provider_unknown' }))
})

describe.each(PROVIDERS.map((provider) => [provider.id, provider] as const))(
  '%s',
  (id, provider) => {
    const { fields, run } = provider.example
    const genuine = provider.simulate(run)
    const tokenOf = (claims: Claims): IdToken => ({
      issuer: { url: provider.issuer, provider: id, allowPrivateNetwork: false },
      provider,
      claims,
      jti: 'one',
      forgetAt: new Date(0),
    })
    const publisher: TrustedPublisher = {
      provider: id,
      issuer: provider.issuer,
      fields,
      pins: pinsOf(tokenOf(genuine)),
    }
    const trusted = (claims: Claims) => assess(publisher, tokenOf(claims)).trusted
    const checks = assess(publisher, tokenOf(genuine)).checks.filter(({ claim }) => claim !== 'iss')
    const checked = checks.map(({ claim }) => claim)

    it('has an example for every kind of field but those that exclude each other', () => {
      const missing = Object.keys(provider.fields).filter((name) => !(name in fields))
      expect(missing).toEqual(id === 'github' ? ['calledWorkflow'] : [])
    })

    it('is found by its id, and its public issuer could be registered', () => {
      expect(findProvider(id)).toBe(provider)
      expect(parseIssuerUrl(provider.issuer, false)).toBe(provider.issuer)
      expect(genuine.iss).toBe(provider.issuer)
    })

    it('trusts the run of its own example', () => {
      expect(trusted(genuine)).toBe(true)
    })

    it('checks the source claim, the pinned claims and something for every field', () => {
      expect(checked).toEqual(
        expect.arrayContaining([provider.sourceClaim, ...provider.pinnedClaims]),
      )
      expect(checked.length).toBeGreaterThanOrEqual(Object.keys(fields).length)
      expect(checked.includes('sub')).toBe(provider.pinnedClaims.includes('sub'))
    })

    it('refuses its example after any change of a checked claim', () => {
      for (const { claim, code } of checks) {
        const value = String(genuine[claim])
        const changes = [
          `${value}x`,
          `x${value}`,
          value.slice(1),
          `${value}\0`,
          ` ${value}`,
          `${value}\n`,
          'other',
          '*',
          '**',
          '',
        ]
        // The name of an event is compared with a list of refused ones, so not every other name is refused.
        const relevant = code === 'event_refused' ? [''] : changes
        for (const change of relevant) {
          expect(
            trusted({ ...genuine, [claim]: change }),
            `${claim} = ${JSON.stringify(change)}`,
          ).toBe(false)
        }
      }
    })

    it('refuses its example without any one of the checked claims, and with the wrong type', () => {
      for (const claim of checked) {
        for (const value of [
          undefined,
          null,
          0,
          1,
          true,
          false,
          [genuine[claim]],
          { value: genuine[claim] },
        ]) {
          if (value === genuine[claim]) continue
          expect(
            trusted({ ...genuine, [claim]: value }),
            `${claim} = ${JSON.stringify(value)}`,
          ).toBe(false)
        }
      }
    })

    it('refuses an empty token, and claims that only a prototype has', () => {
      expect(trusted({})).toBe(false)
      expect(
        trusted(JSON.parse(JSON.stringify({ inner: genuine }).replace('inner', '__proto__'))),
      ).toBe(false)
      expect(trusted(Object.create(genuine))).toBe(false)
      expect(assess({ ...publisher, fields: {}, pins: {} }, tokenOf({})).trusted).toBe(false)
    })

    it('does not look at the subject, unless that is an id to pin', () => {
      const isId = provider.pinnedClaims.includes('sub')
      expect(trusted({ ...genuine, sub: 'anything' })).toBe(!isId)
      if (isId) expect(genuine.sub).toMatch(/^\d+$/)
    })

    it('looks a publisher up by the same key from its fields and from its claims', () => {
      expect(provider.lookupKeyOf(genuine)).toBe(provider.lookupKey(fields))
      const upper = String(genuine[provider.sourceClaim]).toUpperCase()
      const keyOf = (source: unknown) =>
        provider.lookupKeyOf({ ...genuine, [provider.sourceClaim]: source })
      expect(keyOf(upper)).toBe(provider.lookupKey(fields))
      expect(provider.lookupKeyOf({})).toBe('')
      for (const source of ['', undefined, 1, [genuine[provider.sourceClaim]]]) {
        expect(keyOf(source)).toBe('')
      }
      const kelvin = upper.replaceAll('K', '\u212A').replaceAll('I', '\u0130')
      // The digits of a UUID have no such twins.
      if (kelvin !== upper) expect(keyOf(kelvin)).not.toBe(provider.lookupKey(fields))
    })

    it('parses its example and the example of every field to themselves', () => {
      expect(parseFields(provider, fields)).toEqual(fields)
      for (const [name, field] of Object.entries(provider.fields)) {
        expect(field.parse(field.example), name).toEqual({ value: field.example })
      }
    })

    it.each(Object.entries(provider.fields))(
      'stores %s in a form that parses to itself, whatever is typed',
      (_name, field) => {
        const near = fc
          .tuple(fc.nat(field.example.length), fc.string({ unit: 'binary', maxLength: 3 }))
          .map(([at, text]) => field.example.slice(0, at) + text + field.example.slice(at))
        fc.assert(
          fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), (typed) => {
            const parsed = field.parse(typed)
            if ('value' in parsed) expect(field.parse(parsed.value)).toEqual(parsed)
          }),
        )
      },
    )

    it('refuses long fields in little time', () => {
      const start = performance.now()
      for (const text of ['a', 'a/', '-', '.', '@', 'a.', '*', '0-', ',', '.yml']) {
        for (const { parse } of Object.values(provider.fields)) {
          expect(parse(`${text.repeat(254 / text.length)}!`)).toBeDefined()
        }
      }
      expect(performance.now() - start).toBeLessThan(200)
    })

    it('words its fields for npm trust and reads them back', () => {
      const { toClaims, fromClaims } = provider.npmTrust
      const { ref: _, ...sayable } = fields
      expect(fromClaims(JSON.parse(JSON.stringify(toClaims(fields))))).toEqual(sayable)
      const { environment: __, ...bare } = sayable
      expect(fromClaims(toClaims(bare))).toEqual(bare)
    })

    it.each<unknown>([null, 'a text', 1, [], {}, { file: null }, { file: { toString: null } }])(
      'turns the hostile npm trust claim %j into fields that cannot be used',
      (value) => {
        const claims = Object.fromEntries(
          Object.keys(provider.npmTrust.toClaims(fields)).map((name) => [name, value]),
        )
        const hostile = provider.npmTrust.fromClaims(claims)
        expect(() => parseFields(provider, hostile)).toThrow(
          expect.objectContaining({ code: 'field_invalid' }),
        )
      },
    )

    it('describes its run with addresses on the server of the issuer', () => {
      const described = provider.describe(genuine, provider.issuer)
      expect(described).toMatchObject({
        repository: run.repository,
        ref: run.ref,
        commit: run.commit,
      })
      for (const url of [described.repositoryUrl, described.url]) {
        if (url !== '') expect(new URL(url).protocol).toBe('https:')
      }
      if (described.repositoryUrl !== '') {
        expect(described.repositoryUrl.endsWith(run.repository)).toBe(true)
      }
    })

    it('simulates tokens as the issuer numbers them, and the same ids', () => {
      const again = provider.simulate(run)
      expect(typeof again.jti).toBe(provider.numbered ? 'string' : 'undefined')
      if (provider.numbered) expect(again.jti).not.toBe(genuine.jti)
      for (const claim of provider.pinnedClaims) expect(again[claim]).toBe(genuine[claim])
      expect(Number(again.exp) - Number(again.iat)).toBeLessThanOrEqual(provider.maxLifetime)
    })

    it('is detected by the variables of its jobs, which alone lead to no ID token', async () => {
      const variables = provider.jobVariables(run)
      const detected = provider.detect(variables)
      expect(detected.found || detected.inCi).toBe(true)
      expect(Object.keys(variables).filter((name) => name.includes('TOKEN'))).toEqual([])
      expect(Object.keys(variables).filter((name) => provider.secretVariables.test(name))).toEqual(
        [],
      )
      const refusing = async () => new Response(null, { status: 403 })
      await expect(provider.requestIdToken(variables, 'pypi', refusing)).rejects.toMatchObject({
        code: 'id_token_unavailable',
        message: expect.stringContaining(`"pypi" from ${provider.label}: `),
      })
      for (const other of PROVIDERS.filter((each) => each !== provider)) {
        expect(other.detect(variables)).toMatchObject({ inCi: false })
      }
    })

    it('is not detected in an empty environment', () => {
      expect(provider.detect({})).toMatchObject({ found: false, inCi: false })
    })
  },
)
