import { describe, expect, it } from 'vitest'
import { failureOf } from './where.ts'

const WHEREABOUTS = {
  definition: '/srv/app/.trustpubrc.ts',
  root: '/srv/app',
  foreign: ['/srv/app/tools/trustpub'],
  cwd: '/srv',
}

function failure(thrown: unknown): string {
  return failureOf(thrown, WHEREABOUTS).message
}

function errorWith(stack: string, message = 'no'): Error {
  return Object.assign(new Error(message), { stack })
}

describe('failureOf', () => {
  it('names the nearest line of the person’s own and those that led to it, and none of ours', () => {
    const stack = `Error: no
    at refuse (/srv/app/tools/trustpub/dist/bundle.js:10:2)
    at f (/srv/app/node_modules/preset/index.js:2:2)
    at g (file:///srv/app/parts/g.ts:4:10)
    at file:///srv/app/.trustpubrc.ts:7:1
    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)
    at run (/elsewhere/cli.js:1:1)`
    expect(failure(errorWith(stack))).toBe(
      'app/parts/g.ts:4: no\n  called from app/.trustpubrc.ts:7',
    )
  })

  it('reads the place that a parser writes into the message', () => {
    const error = errorWith('', 'ParseError: Unexpected token  \n /srv/app/.trustpubrc.ts:2:8')
    expect(failure(error)).toBe('app/.trustpubrc.ts:2: ParseError: Unexpected token')
  })

  it('understands folders with blanks and with characters that addresses escape', () => {
    const blank = { ...WHEREABOUTS, root: '/my app', definition: '/my app/.trustpubrc.ts' }
    const thrown = errorWith('Error: no\n    at file:///my%20app/.trustpubrc.ts:3:1')
    expect(failureOf(thrown, { ...blank, cwd: '/my app' }).message).toBe('.trustpubrc.ts:3: no')
  })

  it('names the definition where no line is known', () => {
    expect(failure(errorWith('Error: no'))).toBe('app/.trustpubrc.ts: no')
    expect(failure('a text')).toBe('app/.trustpubrc.ts: a text')
    expect(failure(undefined)).toBe('app/.trustpubrc.ts: undefined')
  })

  it('says of what kind an error is, unless it is one of many or explains itself', () => {
    expect(failure(new TypeError('x is no function'))).toContain(': TypeError: x is no function')
    const explained = Object.assign(new Error('No such option.'), { name: 'ProjectError' })
    expect(failure(explained)).toMatch(/: No such option\.$/)
  })
})
