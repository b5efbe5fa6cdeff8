import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWellFormed, routedPath } from './paths.ts'

const pathOf = (path: string): string => routedPath(new Request(`https://registry.example${path}`))

describe('the routed path', () => {
  it.each([
    ['/widget', '/widget'],
    ['/widget?write=true', '/widget'],
    ['/', '/'],
    ['/@acme/widget', '/@acme%2fwidget'],
    ['/@acme%2fwidget', '/@acme%2fwidget'],
    ['/@acme%2Fwidget', '/@acme%2fwidget'],
    ['/%40acme%2fwidget', '/@acme%2fwidget'],
    ['/%40acme/widget/1.0.0', '/@acme%2fwidget/1.0.0'],
    ['/@acme/widget/-/@acme/widget-1.0.0.tgz', '/@acme%2fwidget/-/@acme/widget-1.0.0.tgz'],
    ['/-/package/@acme/widget/dist-tags', '/-/package/@acme%2fwidget/dist-tags'],
    ['/-/package/%40acme%2Fwidget/dist-tags/a@b', '/-/package/@acme%2fwidget/dist-tags/a@b'],
    ['/simple/a@b/c', '/simple/a@b/c'],
    ['/@acme', '/@acme'],
  ])('of %s is %s', (path, routed) => {
    expect(pathOf(path)).toBe(routed)
  })

  it('of an address without a path is the root', () => {
    expect(routedPath({ url: 'https://registry.example' } as Request)).toBe('/')
  })

  it('does not change when it is routed again', () => {
    const piece = fc.constantFrom('@', '%40', '/', '%2f', '%2F', 'a', 'b.c', '-', '%', '?')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const once = pathOf(`/${pieces.join('')}`)
        expect(pathOf(once)).toBe(once)
      }),
    )
  })
})

describe('a path', () => {
  it.each(['/%zz', '/%', '/%ff', '/a%c3'])('is malformed if it is %s', (path) => {
    expect(isWellFormed(path)).toBe(false)
  })

  it.each(['/', '/%2f', '/%C3%BC', '/ü'])('is well formed if it is %s', (path) => {
    expect(isWellFormed(path)).toBe(true)
  })
})
