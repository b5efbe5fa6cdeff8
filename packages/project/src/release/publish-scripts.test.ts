import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFiles, Stubs, temporaryFolder, writeFiles } from '../testing.ts'
import { npmTarget } from './npm-target.ts'
import { checkPythonVersion, PUBLISH_TO_NUGET, publishToNpm, pushToNuget } from './scripts.ts'
import { run } from './testing.ts'

describe('publishing to npm', () => {
  /** What npm pack makes of a package. */
  const tarball = (manifest: object): Buffer => {
    const cwd = temporaryFolder()
    writeFiles(cwd, { 'package/package.json': JSON.stringify(manifest) })
    return execFileSync('tar', ['-cz', '--mtime=@0', '--owner=0', '--group=0', 'package'], { cwd })
  }
  const MANIFEST = { name: '@acme/widget', version: '1.0.0' }
  const integrityOf = (content: Buffer): string =>
    `sha512-${createHash('sha512').update(content).digest('base64')}`

  const publish = ({
    published = '',
    status = 0,
    options = {},
    tarballs = 1,
    access = undefined as 'public' | undefined,
    manifest = MANIFEST as object,
  }) => {
    const cwd = temporaryFolder()
    const content = tarball(manifest)
    mkdirSync(join(cwd, 'dist/js'), { recursive: true })
    for (let index = 0; index < tarballs; index++)
      writeFileSync(join(cwd, `dist/js/widget-${index}.tgz`), content)
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
  const at = (registry: string): string => ` --registry ${registry}`
  const NPMJS = at('https://registry.npmjs.org/')
  const VIEW = 'npx --yes npm@11.19.1 view @acme/widget@1.0.0 dist.integrity'
  const PUBLISH = 'npx --yes npm@11.19.1 publish ./dist/js/widget-0.tgz'

  it('publishes the tarball with the dist-tag of the plan, and leaves the access to npm', () => {
    expect(publish({})).toMatchObject({
      status: 0,
      calls: [VIEW + NPMJS, `${PUBLISH}${NPMJS} --tag latest`],
    })
  })

  it('is done where the version is there with the same content', () => {
    const published = integrityOf(tarball(MANIFEST))
    const { status, calls, output } = publish({ published })
    expect([status, calls]).toEqual([0, [VIEW + NPMJS]])
    expect(output).toBe('@acme/widget 1.0.0 is published already, with the same content.\n')
  })

  it('fails where the version is there with other content, and publishes nothing', () => {
    const { status, calls, output } = publish({ published: 'sha512-other' })
    expect([status, calls]).toEqual([1, [VIEW + NPMJS]])
    const own = integrityOf(tarball(MANIFEST))
    expect(output).toContain(`with other content (sha512-other, not ${own})`)
  })

  it('fails where npm fails', () => {
    expect(publish({ status: 1 }).status).toBe(1)
  })

  it('asks and publishes at the same registry, if it is not the public one', () => {
    const options = { registry: 'npm.acme.example' }
    const there = at('https://npm.acme.example/')
    expect(publish({ options }).calls).toEqual([VIEW + there, `${PUBLISH}${there} --tag latest`])
  })

  it('says provenance and access where somebody has decided them', () => {
    const { calls } = publish({ options: { npmProvenance: false }, access: 'public' })
    expect(calls[1]).toBe(`${PUBLISH}${NPMJS} --tag latest --access public --provenance=false`)
  })

  it.each([
    [{ name: '@acme/widget', version: '6.6.6' }, '@acme/widget@6.6.6'],
    [{ name: 'other', version: '1.0.0' }, 'other@1.0.0'],
  ])('publishes nothing that the build has made another version of: %j', (manifest, packed) => {
    const { status, calls, output } = publish({ manifest })
    expect([status, calls]).toEqual([1, []])
    expect(output).toContain(`The tarball holds ${packed}, not @acme/widget@1.0.0`)
  })

  it('writes a settings file without the token itself, and only if there is one', () => {
    expect(Object.keys(publish({}).files)).toEqual(['dist/js/widget-0.tgz'])
    const { files } = publish({ options: { trustedPublishing: false } })
    expect(files['.npmrc']).toBe('//registry.npmjs.org/:_authToken=$' + '{NPM_TOKEN}\n')
  })
})

describe('checking the versions of Python files', () => {
  const check = (...names: readonly string[]) => {
    const cwd = temporaryFolder()
    writeFiles(cwd, Object.fromEntries(names.map((name) => [`dist/python/${name}`, ''])))
    return run(checkPythonVersion('dist'), { cwd, env: { PYTHON_VERSION: '1.2.0b0' } })
  }

  it('takes the wheel and the sdist of the version', () => {
    const names = ['a_b-1.2.0b0-py3-none-any.whl', 'a_b-1.2.0b0.tar.gz']
    expect(check(...names).status).toBe(0)
  })

  it.each(['a_b-1.2.0-py3-none-any.whl', 'a_b-1.2.0b01.tar.gz', 'a_b-11.2.0b0.tar.gz', 'x.txt'])(
    'refuses %s beside them',
    (name) => {
      const { status, output } = check('a_b-1.2.0b0.tar.gz', name)
      expect(status).toBe(1)
      expect(output).toContain(`dist/python/${name} is not of version 1.2.0b0`)
    },
  )
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

  it('pushes nothing where the answer is no JSON, and shows it', () => {
    const { status, calls, output } = publish('<html>')
    expect([status, calls.length]).toEqual([1, 2])
    expect(output).toContain('nuget.org gave no API key: <html>')
  })

  it('asks for nothing without an ID token', () => {
    const { status, calls, output } = publish('{}', '{"message":"no"}')
    expect([status, calls.length]).toEqual([1, 1])
    expect(output).toContain('::error::GitHub gave no ID token.')
  })
})
