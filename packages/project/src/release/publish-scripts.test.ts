import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readFiles, Stubs, temporaryFolder, writeFiles } from '../testing.ts'
import { npmTarget } from './npm-target.ts'
import { PUBLISH_TO_NUGET, publishToNpm, pushToNuget } from './scripts.ts'
import { run } from './testing.ts'

describe('publishing to npm', () => {
  const content = 'the tarball'
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`

  const publish = ({
    published = '',
    status = 0,
    options = {},
    tarballs = 1,
    access = undefined as 'public' | undefined,
  }) => {
    const cwd = temporaryFolder()
    for (let index = 0; index < tarballs; index++)
      writeFiles(cwd, { [`dist/js/widget-${index}.tgz`]: content })
    const npx = `case $3 in
  view) [ -n '${published}' ] && echo '${published}' || { echo 'npm error code E404' >&2; exit 1; } ;;
  publish) exit ${status} ;;
esac`
    const stubs = new Stubs({ npx })
    const context = {
      type: 'NodeProject',
      package: '@acme/widget',
      access,
      releaseEnvironment: undefined,
    }
    const target = npmTarget({ trustedPublishing: true, ...options }, context)
    const script = publishToNpm({
      npm: '11.19.1',
      folder: './dist/js',
      target,
      tokenVariable: target.tokenSecret,
    })
    const env = { PACKAGE: '@acme/widget', VERSION: '1.0.0', NPM_DIST_TAG: 'latest' }
    return { ...run(script, { stubs, env, cwd }), files: readFiles(cwd) }
  }
  const VIEW = 'npx --yes npm@11.19.1 view @acme/widget@1.0.0 dist.integrity'
  const PUBLISH = 'npx --yes npm@11.19.1 publish ./dist/js/widget-0.tgz'

  it('publishes the tarball with the dist-tag of the plan, and leaves the access to npm', () => {
    expect(publish({})).toMatchObject({ status: 0, calls: [VIEW, `${PUBLISH} --tag latest`] })
  })

  it('is done where the version is there with the same content', () => {
    const { status, calls, output } = publish({ published: integrity })
    expect([status, calls]).toEqual([0, [VIEW]])
    expect(output).toBe('@acme/widget 1.0.0 is published already, with the same content.\n')
  })

  it('fails where the version is there with other content, and publishes nothing', () => {
    const { status, calls, output } = publish({ published: 'sha512-other' })
    expect([status, calls]).toEqual([1, [VIEW]])
    expect(output).toContain(`with other content (sha512-other, not ${integrity})`)
  })

  it('fails where npm fails', () => {
    expect(publish({ status: 1 }).status).toBe(1)
  })

  it('asks and publishes at the same registry, if it is not the public one', () => {
    const options = { registry: 'npm.acme.example' }
    const at = ' --registry https://npm.acme.example/'
    expect(publish({ options }).calls).toEqual([`${VIEW}${at}`, `${PUBLISH}${at} --tag latest`])
  })

  it('says provenance and access where somebody has decided them', () => {
    const { calls } = publish({ options: { npmProvenance: false }, access: 'public' })
    expect(calls[1]).toBe(`${PUBLISH} --tag latest --access public --provenance=false`)
  })

  it('writes a settings file without the token itself, and only if there is one', () => {
    expect(Object.keys(publish({}).files)).toEqual(['dist/js/widget-0.tgz'])
    const { files } = publish({ options: { trustedPublishing: false } })
    expect(files['.npmrc']).toBe('//registry.npmjs.org/:_authToken=$' + '{NPM_TOKEN}\n')
  })
})

describe('publishing to nuget.org', () => {
  const publish = (answer: string, idToken = '{"value":"id-token"}') => {
    const curl = `case "$*" in
  *audience=*) printf '%s' '${idToken}' ;;
  *) cat >&2; printf '%s' '${answer}' ;;
esac`
    const stubs = new Stubs({ curl, dotnet: '' })
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?v=1',
      NUGET_USERNAME: 'acme"\\',
    }
    return run(PUBLISH_TO_NUGET + pushToNuget('packages/a/dist'), { stubs, env })
  }

  it('exchanges the ID token for a key, hides both and pushes what lies in the folder', () => {
    const { status, output, calls } = publish('{"apiKey":"the-key"}')
    expect(status).toBe(0)
    expect(output).toContain('::add-mask::id-token\n')
    expect(output).toContain('::add-mask::the-key\n')
    expect(calls[0]).toContain('https://token.example/?v=1&audience=https://www.nuget.org')
    expect(calls[1]).toContain('-H Authorization: Bearer id-token')
    expect(calls[2]).toBe(
      'dotnet nuget push packages/a/dist/dotnet/**/*.nupkg --api-key the-key --source https://api.nuget.org/v3/index.json --skip-duplicate',
    )
  })

  it('hands the user name on as it is', () => {
    const sent = /\{[\s\S]*\}/.exec(publish('{"apiKey":"k"}').output)?.[0] ?? ''
    expect(JSON.parse(sent)).toEqual({ username: 'acme"\\', tokenType: 'ApiKey' })
  })

  it.each([
    ['{"error":"no such publisher"}', 'no such publisher'],
    ['{"message":"gone"}', 'gone'],
    ['{}', 'no reason'],
    ['{"apiKey":null}', 'no reason'],
    ['{"apiKey":""}', 'no reason'],
  ])('pushes nothing without a key, and says why: %s', (answer, reason) => {
    const { status, output, calls } = publish(answer)
    expect([status, calls.length]).toEqual([1, 2])
    expect(output).toContain(`::error::nuget.org gave no API key: ${reason}\n`)
  })

  it('pushes nothing where the answer is no JSON', () => {
    const { status, calls } = publish('<html>')
    expect([status === 0, calls.length]).toEqual([false, 2])
  })
})
