import { describe, expect, it } from 'vitest'
import { parseIssuerUrl } from './issuer.ts'

const invalid = expect.objectContaining({ code: 'field_invalid' })

describe('parseIssuerUrl', () => {
  it.each([
    'https://token.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com/acme',
    'https://gitlab.com',
    'https://gitlab.example:8443/gitlab',
    'https://ghes.example/_services/token',
    'https://xn--bcher-kva.example',
    'https://a/...',
  ])('keeps %s as it is', (url) => {
    expect(parseIssuerUrl(url, false)).toBe(url)
  })

  it.each([
    '',
    'gitlab.com',
    '//gitlab.com',
    'http://gitlab.com',
    'ftp://gitlab.com',
    'javascript:alert(1)',
    'HTTPS://gitlab.com',
    'https://',
    'https:///path',
    'https://gitlab.com/',
    'https://gitlab.com/acme/',
    'https://gitlab.com?x=1',
    'https://gitlab.com?',
    'https://gitlab.com#x',
    'https://gitlab.com#',
    'https://gitlab.com/?x#y',
    'https://evil.example#.gitlab.com',
    'https://user@gitlab.com',
    'https://user:password@gitlab.com',
    'https://gitlab.com@evil.example',
    'https://gitlab.com/../evil',
    'https://gitlab.com/a/..',
    'https://gitlab.com/a/./b',
    'https://gitlab.com/a/%2e%2e/b',
    'https://gitlab.com/%61',
    'https://gitlab.com//a',
    'https://gitlab.com/a//b',
    'https://gitlab.com///',
    'https://gitlab.com/~~',
    'https://gitlab.com/~',
    'https://gitlab.com/a~',
    'https://gitlab.com\\evil',
    'https://gitlab .com',
    'https://gitlab\t.com',
    'https://gitlab.com\n',
    '\nhttps://gitlab.com',
    ' https://gitlab.com',
    'https://gitlab.com\0',
    'https://gitl\u00E4b.com',
    'https://\u24D6itlab.com',
    'https://g\u0456tlab.com',
    'https://gitlab.com\u3002evil.example',
    'https://gitlab.com:',
    'https://gitlab.com:99999',
    'https://gitlab.com:https',
    'https://127.0.0.1',
    'https://0x7f.1',
    'https://2130706433',
    'https://10.0.0.1:8443/x',
    'https://8.8.8.8',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::1',
    `https://gitlab.com/${'a'.repeat(255)}`,
  ])('refuses %j', (url) => {
    expect(() => parseIssuerUrl(url, false)).toThrow(invalid)
  })

  it.each([
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
    'http://gitlab.internal',
    'https://10.0.0.1',
  ])('accepts %s only where private networks are allowed', (url) => {
    expect(parseIssuerUrl(url, true)).toBe(url)
    expect(() => parseIssuerUrl(url, false)).toThrow(invalid)
  })

  it.each(['http://user@127.0.0.1', 'http://127.0.0.1/', 'ftp://127.0.0.1', 'http://127.0.0.1?x'])(
    'refuses %s even where private networks are allowed',
    (url) => {
      expect(() => parseIssuerUrl(url, true)).toThrow(invalid)
    },
  )
})
