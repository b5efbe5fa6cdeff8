import fc from 'fast-check'
import { expect, it } from 'vitest'
import { repositoryUrl } from './npm-repository.ts'

const WIDGET = 'https://github.com/acme/widget'

it.each([
  ['acme/widget', WIDGET],
  ['github:acme/widget', WIDGET],
  ['gitlab:acme/tools/widget', 'https://gitlab.com/acme/tools/widget'],
  ['https://github.com/acme/widget', WIDGET],
  ['https://github.com/acme/widget/', WIDGET],
  ['git+https://github.com/acme/widget.git', WIDGET],
  ['git://github.com/acme/widget.git', WIDGET],
  ['git+ssh://git@github.com/acme/widget.git', WIDGET],
  ['ssh://git@github.com/acme/widget.git#main', WIDGET],
  ['git@github.com:acme/widget.git', WIDGET],
  ['https://gitlab.example.com:8443/a/b/c.git', 'https://gitlab.example.com:8443/a/b/c'],
  ['http://127.0.0.1:3000/acme/widget.git', 'http://127.0.0.1:3000/acme/widget'],
  ['Acme/Widget', 'https://github.com/Acme/Widget'],
])('%s is at %s', (text, url) => {
  expect(repositoryUrl(text)).toBe(url)
  expect(repositoryUrl({ type: 'git', url: text, directory: 'packages/x' })).toBe(url)
})

it.each([[undefined], [null], [''], [7], [{}], [{ url: 7 }], ['widget'], ['gist:11081aaa281']])(
  '%j names no repository',
  (repository) => {
    expect(repositoryUrl(repository)).toBeUndefined()
  },
)

it.each([
  ['https://github.com.evil.example/acme/widget'],
  ['https://evil.example/github.com/acme/widget'],
  ['https://github.com@evil.example/acme/widget'],
  ['https://github.com:x@evil.example/acme/widget'],
  ['https://github.com/acme/widget/../other'],
])('%s is not taken for another address', (text) => {
  expect(repositoryUrl(text)).not.toBe(WIDGET)
})

it('gives an address of a page or nothing, whatever package.json says', () => {
  const part = fc.constantFrom(
    'git+',
    'https:',
    'ssh:',
    '//',
    '/',
    ':',
    '@',
    '#',
    '.git',
    'host',
    '..',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.oneof(text, fc.jsonValue()), (repository) => {
      const url = repositoryUrl(repository)
      expect(url === undefined || /^https?:\/\//.test(url)).toBe(true)
    }),
  )
})
