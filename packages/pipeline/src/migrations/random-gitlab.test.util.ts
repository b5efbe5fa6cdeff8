import fc from 'fast-check'
import type { RandomRepository } from './random-repository.test.util.ts'

type Pick = (below: number) => number

/** Repositories at GitLab with one pipeline, parts of which may be in a template, a default or an included file. */
export const randomGitlab: fc.Arbitrary<RandomRepository> = fc
  .array(fc.nat({ max: 9999 }), { minLength: 30, maxLength: 80, size: 'max' })
  .map((choices) => {
    let at = 0
    return new Composer((below) => (choices[at++] ?? 0) % below).repository()
  })

const braced = (name: string): string => `\${${name}}`

class Composer {
  readonly #pick: Pick
  #count = 0
  readonly #kept: { file: string; text: string }[] = []
  readonly #eol: string
  #file = '.gitlab-ci.yml'

  constructor(pick: Pick) {
    this.#pick = pick
    this.#eol = this.#oneIn(6) ? '\r\n' : '\n'
  }

  #oneIn(many: number): boolean {
    return this.#pick(many) === many - 1
  }

  #among<T>(first: T, ...rest: readonly T[]): T {
    return [first, ...rest][this.#pick(rest.length + 1)] ?? first
  }

  #comment(): string {
    this.#count++
    return `# remark ${this.#count}.`
  }

  /** Lines that have nothing to do with publishing. */
  #keep(...lines: string[]): readonly string[] {
    this.#kept.push({ file: this.#file, text: lines.join(this.#eol) })
    return lines
  }

  repository(): RandomRepository {
    const isIncluded = this.#oneIn(4)
    if (isIncluded) this.#file = 'ci/publish.yml'
    const lines = [...this.#shared(), ...this.#test(), ...this.#publishJob()]
    const text = lines.join(this.#eol) + (this.#oneIn(5) ? '' : this.#eol)
    const files: Record<string, string> = { [this.#file]: text }
    if (isIncluded) files['.gitlab-ci.yml'] = 'include:\n  - local: /ci/publish.yml # all\n'
    const repository = { type: 'git', url: 'git+https://gitlab.com/acme/widget.git' }
    const manifest = { name: '@acme/widget', version: '1.4.0', repository }
    files['package.json'] = `${JSON.stringify(manifest, null, 2)}\n`
    files['pyproject.toml'] =
      '[project]\nname = "acme-widget"\nversion = "1.4.0"\n\n[project.urls]\nRepository = "https://gitlab.com/acme/widget"\n'
    return { files, kept: this.#kept }
  }

  #image(): string {
    return this.#among('node:20', 'node:24-alpine', '"node:18.20-buster-slim"', 'python:3.13')
  }

  #shared(): readonly string[] {
    const kind = this.#pick(4)
    const remark = this.#keep(`${this.#comment()}`, '')
    if (kind === 1) return [...remark, `image: ${this.#image()}`, '']
    if (kind === 2) {
      return [
        ...remark,
        'default:',
        `  image: ${this.#image()}`,
        '  id_tokens:',
        ...this.#keep(
          '    VAULT_ID_TOKEN:',
          `      aud: https://vault.acme.example ${this.#comment()}`,
        ),
        '',
      ]
    }
    return remark
  }

  #test(): readonly string[] {
    if (this.#oneIn(2)) return []
    return this.#keep(
      'test:',
      '  script:',
      `    - npm ci && npm test ${this.#comment()}`,
      '    - curl -H "token: $CODECOV_TOKEN" https://codecov.example',
      '',
    )
  }

  #publishJob(): readonly string[] {
    const isNpm = this.#oneIn(2)
    const isTemplate = this.#oneIn(3)
    const variables = isNpm
      ? ['    NPM_TOKEN: $ACME_NPM_TOKEN']
      : ['    TWINE_USERNAME: __token__', '    TWINE_PASSWORD: $PYPI_TOKEN']
    const others = this.#keep(`    SENTRY_DSN: $SENTRY_SECRET ${this.#comment()}`)
    const base = [
      `  image: ${this.#image()}`,
      ...(this.#oneIn(2) ? ['  variables:', ...variables, ...others] : ['  variables:', ...others]),
      ...this.#idTokens(isNpm),
      ...(this.#oneIn(3) ? ['  before_script:', ...this.#storing()] : []),
    ]
    const job = [
      ...(this.#oneIn(2) ? ['  rules:', '    - if: $CI_COMMIT_TAG'] : ['  only: [tags]']),
      '  script:',
      ...this.#keep(`    - echo "begin" ${this.#comment()}`),
      ...(isNpm ? this.#npm() : this.#pypi()),
      ...(this.#oneIn(2) ? this.#keep('    - |', '      echo "the"', '      echo "end"') : []),
    ]
    if (!isTemplate) return ['publish:', ...base, ...job]
    const link = this.#among('  extends: .publish', '  <<: *publish')
    const head = link.includes('*') ? '.publish: &publish' : '.publish:'
    return [head, ...base, '', 'publish:', link, ...job]
  }

  #idTokens(isNpm: boolean): readonly string[] {
    const name = isNpm ? 'NPM_ID_TOKEN' : 'PYPI_ID_TOKEN'
    const aud = this.#among('https://registry.npmjs.org', 'pypi', '"npm:registry.npmjs.org"')
    return this.#among<readonly string[]>(
      [],
      [],
      ['  id_tokens:', `    ${name}:`, `      aud: ${aud}`],
      [`  id_tokens: { ${name}: { aud: ${aud} } }`],
    )
  }

  #storing(): readonly string[] {
    return this.#among(
      [`    - echo "//registry.npmjs.org/:_authToken=${braced('NPM_TOKEN')}" > .npmrc`],
      [
        '    - npm ci',
        `    - npm config set //registry.npmjs.org/:_authToken "$NPM_TOKEN" ${this.#comment()}`,
      ],
      [
        '    - |',
        '      npm ci',
        '      cat > ~/.npmrc <<EOF',
        '      //registry.npmjs.org/:_authToken=$NPM_TOKEN',
        '      EOF',
      ],
    )
  }

  #npm(): readonly string[] {
    const own = `//${braced('CI_SERVER_HOST')}/api/v4/packages/npm/:_authToken=${braced('CI_JOB_TOKEN')}`
    return [
      ...(this.#oneIn(2) ? this.#keep(`    - echo "${own}" >> ~/.npmrc`) : []),
      ...(this.#oneIn(2) ? this.#storing() : []),
      ...this.#among(
        ['    - npm publish --access public'],
        ['    - npx semantic-release@24'],
        ['    - npx auto shipit'],
        ['    - |', '      npm ci', '      npm publish'],
      ),
    ]
  }

  #pypi(): readonly string[] {
    return this.#among(
      ['    - twine upload dist/*'],
      ["    - pip install 'twine==5.0.0'", '    - twine upload -u __token__ -p $PYPI_TOKEN dist/*'],
      ['    - uv publish --token "$PYPI_TOKEN"'],
      ['    - uv publish'],
      [
        `    - resp=$(curl -X POST https://pypi.org/_/oidc/mint-token -d "{\\"token\\":\\"${braced('PYPI_ID_TOKEN')}\\"}")`,
        `    - api_token=$(jq --raw-output '.token' <<< "\${resp}")`,
        `    - twine upload -u __token__ -p "${braced('api_token')}" dist/*`,
      ],
      ['    - poetry publish --build -u __token__ -p $PYPI_TOKEN'],
    )
  }
}
