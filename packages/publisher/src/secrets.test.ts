import { findProvider } from '@trustpub/identity'
import { expect, it } from 'vitest'
import { Secrets } from './secrets.ts'

function secretsOf(provider: string, env = {}) {
  const written: string[] = []
  const secrets = new Secrets((line) => void written.push(line))
  secrets.hideIn(findProvider(provider), env)
  return { secrets, written }
}

it('masks what the CI gave and what came later, each once', () => {
  const { secrets, written } = secretsOf('github', {
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-secret',
    HOME: '/home/somebody',
  })
  secrets.add('token-of-a-registry')
  secrets.add('token-of-a-registry')
  expect(written).toEqual(['::add-mask::request-secret', '::add-mask::token-of-a-registry'])
})

it('masks every line of a secret, since a command ends with its line', () => {
  const { secrets, written } = secretsOf('github')
  secrets.add('first line\nsecond line')
  expect(written).toEqual(['::add-mask::first line', '::add-mask::second line'])
})

it('prints no command where the CI knows none, and takes secrets out all the same', () => {
  const { secrets, written } = secretsOf('gitlab', { NPM_ID_TOKEN: 'the-id-token' })
  expect(written).toEqual([])
  expect(secrets.redact('sent the-id-token twice: the-id-token')).toBe('sent *** twice: ***')
})

it('leaves no tail of a secret that begins with another', () => {
  const { secrets } = secretsOf('github')
  for (const secret of ['token-of-a-registry', 'token-of-a-registry-and-more']) secrets.add(secret)
  expect(secrets.redact('token-of-a-registry-and-more, token-of-a-registry')).toBe('***, ***')
})

it('leaves texts alone that are too short to be secrets', () => {
  const { secrets } = secretsOf('github')
  secrets.add('npm')
  expect(secrets.redact('npm')).toBe('npm')
})
