import fc from 'fast-check'

/** A repository made of parts as people write them, and what a migration has to leave in it. */
export interface RandomRepository {
  /** Path → text. */
  readonly files: Readonly<Record<string, string>>
  /** Lines that have nothing to do with publishing, each as it must stand in its file afterwards. */
  readonly kept: readonly { readonly file: string; readonly text: string }[]
}

type Pick = (below: number) => number

/** Repositories with one workflow, or two of which one calls the other, that publish to npm, to PyPI, or to both. */
export const randomRepository: fc.Arbitrary<RandomRepository> = fc
  .array(fc.nat({ max: 9999 }), { minLength: 30, maxLength: 120, size: 'max' })
  .map((choices) => {
    let at = 0
    return new Composer((below) => (choices[at++] ?? 0) % below).repository()
  })

/** Lines of a part; those that are kept stand together. */
interface Part {
  readonly lines: readonly string[]
  readonly isKept: boolean
}

const secret = (name: string): string => `\${{ secrets.${name} }}`
const kept = (...lines: string[]): Part => ({ lines, isKept: true })
const free = (...lines: string[]): Part => ({ lines, isKept: false })

class Composer {
  readonly #pick: Pick
  #count = 0
  readonly #kept: { file: string; text: string }[] = []
  readonly #scripts: Record<string, string> = { build: 'node build.js' }
  readonly #eol: string
  readonly #isPinned: boolean

  constructor(pick: Pick) {
    this.#pick = pick
    this.#eol = this.#oneIn(6) ? '\r\n' : '\n'
    this.#isPinned = this.#oneIn(4)
  }

  #oneIn(many: number): boolean {
    return this.#pick(many) === many - 1
  }

  #among<T>(first: T, ...rest: readonly T[]): T {
    return [first, ...rest][this.#pick(rest.length + 1)] ?? first
  }

  #number(): number {
    this.#count++
    return this.#count
  }

  #comment(): string {
    return `# remark ${this.#number()}.`
  }

  repository(): RandomRepository {
    const isCalled = this.#oneIn(4)
    const publishing = '.github/workflows/publish.yml'
    const entry = '.github/workflows/release.yml'
    const files: Record<string, string> = {}
    files[isCalled ? publishing : entry] = this.#workflow(isCalled ? publishing : entry, isCalled)
    if (isCalled) files[entry] = this.#caller(entry)
    const manifest = {
      name: '@acme/widget',
      version: '1.4.0',
      ...(this.#oneIn(5)
        ? {}
        : { repository: { type: 'git', url: 'git+https://github.com/acme/widget.git' } }),
      scripts: this.#scripts,
    }
    files['package.json'] = `${JSON.stringify(manifest, null, 2)}\n`
    files['pyproject.toml'] =
      '[project]\nname = "acme-widget"\nversion = "1.4.0"\n\n[project.urls]\nRepository = "https://github.com/acme/widget"\n'
    if (this.#oneIn(6)) {
      files['.npmrc'] = `# ours\n//registry.npmjs.org/:_authToken=\${NPM_TOKEN}\nfund=false\n`
    }
    return { files, kept: this.#kept }
  }

  #text(file: string, parts: readonly Part[]): string {
    const ended = this.#oneIn(6) ? '' : this.#eol
    for (const { lines, isKept } of parts) {
      if (isKept) this.#kept.push({ file, text: lines.join(this.#eol) })
    }
    return parts.flatMap(({ lines }) => lines).join(this.#eol) + ended
  }

  #caller(file: string): string {
    const secrets = this.#among(
      ['    secrets: inherit'],
      [
        '    secrets:',
        `      NPM_TOKEN: ${secret('NPM_TOKEN')}`,
        `      PYPI_TOKEN: ${secret('PYPI_TOKEN')}`,
        `      SLACK_WEBHOOK: ${secret('SLACK_WEBHOOK')} ${this.#comment()}`,
      ],
    )
    return this.#text(file, [
      kept(`name: Release ${this.#comment()}`),
      free(...this.#on()),
      ...this.#permissions(''),
      free('jobs:'),
      kept('  call:', `    ${this.#comment()}`),
      ...this.#permissions('    '),
      free('    uses: ./.github/workflows/publish.yml', ...secrets),
    ])
  }

  #on(): readonly string[] {
    return this.#among(
      ['on:', '  push:', '    tags: [v*]'],
      ['on:', '  release:', '    types: [published]'],
      ['on: { push: { branches: [main] } }'],
    )
  }

  #workflow(file: string, isCalled: boolean): string {
    const on = isCalled
      ? [
          'on:',
          '  workflow_call:',
          '    secrets:',
          '      NPM_TOKEN: { required: false }',
          '      PYPI_TOKEN: { required: false }',
          '      SLACK_WEBHOOK: { required: false }',
        ]
      : this.#on()
    const kinds = this.#among(['npm'], ['pypi'], ['npm', 'pypi'])
    return this.#text(file, [
      kept(`name: Publish ${this.#number()}`, this.#comment()),
      free(...on),
      ...this.#permissions(''),
      ...this.#env('', kinds),
      free('jobs:'),
      ...(this.#oneIn(2) ? this.#testJob() : []),
      ...kinds.flatMap((kind) => this.#publishJob(kind)),
      ...(this.#oneIn(3) ? this.#testJob() : []),
    ])
  }

  #permissions(indent: string): readonly Part[] {
    const inner = `${indent}  `
    return this.#among<readonly Part[]>(
      [],
      [free(`${indent}permissions:`, `${inner}contents: read ${this.#comment()}`)],
      [free(`${indent}permissions: { contents: write }`)],
      [free(`${indent}permissions:`, `${inner}contents: write`, `${inner}id-token: write`)],
      indent === '' ? [free('permissions: {}')] : [],
    )
  }

  /** Variables of a workflow or a job: a token for publishing, one for something else. */
  #env(indent: string, kinds: readonly string[]): readonly Part[] {
    if (!this.#oneIn(4)) return []
    const inner = `${indent}  `
    const token = kinds.includes('npm')
      ? `${inner}${this.#among('NODE_AUTH_TOKEN', 'NPM_TOKEN')}: ${secret('NPM_TOKEN')}`
      : `${inner}TWINE_PASSWORD: ${secret('PYPI_TOKEN')}`
    const other = kept(
      `${inner}SENTRY_${this.#number()}: ${secret('SENTRY_AUTH')} ${this.#comment()}`,
    )
    return this.#oneIn(2)
      ? [free(`${indent}env:`, token), other]
      : [free(`${indent}env:`), other, free(token)]
  }

  #testJob(): readonly Part[] {
    const id = this.#number()
    return [
      kept(
        `  test-${id}:`,
        '    runs-on: ubuntu-latest',
        '    steps:',
        '      - uses: actions/checkout@v4',
        `      - run: npm ci && npm test ${this.#comment()}`,
        '        env:',
        `          CODECOV_TOKEN: ${secret('CODECOV_TOKEN')}`,
        '',
      ),
    ]
  }

  #publishJob(kind: string): readonly Part[] {
    const id = this.#number()
    return [
      kept(`  ${kind}-${id}: ${this.#comment()}`),
      free(`    runs-on: ${this.#among('ubuntu-latest', 'ubuntu-24.04')}`),
      ...(this.#oneIn(3) ? [kept(`    environment: release ${this.#comment()}`)] : []),
      ...this.#permissions('    '),
      ...this.#env('    ', [kind]),
      free('    steps:'),
      free(`      - uses: ${this.#action('actions/checkout', 'v4')}`),
      ...this.#maybe(),
      ...(kind === 'npm' ? this.#npmSteps() : this.#pypiSteps()),
      ...this.#maybe(),
    ]
  }

  #action(name: string, tag: string): string {
    return this.#isPinned ? `${name}@${'0123456789'.repeat(4)} # ${tag}.0.0` : `${name}@${tag}`
  }

  /** A step that has nothing to do with publishing. */
  #maybe(): readonly Part[] {
    if (this.#oneIn(2)) return []
    const id = this.#number()
    return [
      this.#among(
        kept(
          `      ${this.#comment()}`,
          '      - run: |',
          `          echo "part ${id}"`,
          '',
          '          make docs',
        ),
        kept(
          `      - name: tell ${id}`,
          '        if: always()',
          `        run: 'curl -d x "$HOOK" # not a comment'`,
          `        env: { HOOK: "${secret('SLACK_WEBHOOK')}" } ${this.#comment()}`,
        ),
        kept(
          `      - uses: docker/login-action@v3 ${this.#comment()}`,
          '        with:',
          `          username: acme-${id}`,
          `          password: ${secret('DOCKER_PASSWORD')}`,
        ),
        kept(
          `      - run: gh release create v${id}.0.0 --generate-notes`,
          '        env:',
          `          GH_TOKEN: ${secret('GITHUB_TOKEN')}`,
        ),
      ),
    ]
  }

  #npmSteps(): readonly Part[] {
    const node = this.#among("'20'", '22', '"24"', '18.x')
    const setup = [
      `      - uses: ${this.#action('actions/setup-node', 'v4')}`,
      '        with:',
      `          node-version: ${node}`,
      ...(this.#oneIn(3) ? [] : ['          registry-url: https://registry.npmjs.org']),
    ]
    const install = free(
      '      - run: npm ci',
      ...(this.#oneIn(4) ? ['        env:', `          NPM_TOKEN: ${secret('NPM_TOKEN')}`] : []),
    )
    return [free(...setup), install, ...this.#maybe(), ...this.#npmPublish()]
  }

  #npmPublish(): readonly Part[] {
    const variable = this.#among('NODE_AUTH_TOKEN', 'NPM_TOKEN')
    const env = ['        env:', `          ${variable}: ${secret('NPM_TOKEN')}`]
    const other = `          OTHER_${this.#number()}: ${secret('SENTRY_AUTH')}`
    const kind = this.#pick(17)
    if (kind === 0) return [free('      - run: npm publish --access public', ...env)]
    if (kind === 1)
      return [free('      - run: npm publish', ...env), kept(`${other} ${this.#comment()}`)]
    if (kind === 2) {
      return [
        free(
          `      - run: echo "//registry.npmjs.org/:_authToken=${secret('NPM_TOKEN')}" > ~/.npmrc`,
        ),
        free('      - run: npm publish'),
      ]
    }
    if (kind === 3) {
      return [
        free('      - name: Publish', '        run: |'),
        kept(`          echo "publishing ${this.#number()}"`, ''),
        free(
          '          npm config set //registry.npmjs.org/:_authToken "$NPM_TOKEN"',
          '          npm publish',
        ),
        free('        env:', `          NPM_TOKEN: ${secret('NPM_TOKEN')}`),
      ]
    }
    if (kind === 4) {
      return [
        free(`      - uses: JS-DevTools/npm-publish@v${this.#among(1, 3, 4)}`, '        with:'),
        kept(`          tag: t${this.#number()} ${this.#comment()}`),
        free(`          token: ${secret('NPM_TOKEN')}`),
      ]
    }
    if (kind === 5) {
      return [
        free(
          '      - uses: changesets/action@v1',
          '        with:',
          '          publish: npx changeset publish',
          '        env:',
        ),
        kept(`          GITHUB_TOKEN: ${secret('GITHUB_TOKEN')} ${this.#comment()}`),
        free(`          NPM_TOKEN: ${secret('NPM_TOKEN')}`),
      ]
    }
    if (kind === 6) {
      return [
        free('      - env:', `          NPM_TOKEN: ${secret('NPM_TOKEN')}`),
        kept(`          GITHUB_TOKEN: ${secret('GITHUB_TOKEN')} ${this.#comment()}`),
        free(`        run: npx semantic-release${this.#among('', '@22', '@25')}`),
      ]
    }
    if (kind === 7) {
      this.#scripts.release = 'npm run build && npm publish --provenance'
      return [free('      - run: npm run release', ...env)]
    }
    if (kind === 8) {
      return [
        free('      - run: npm publish', ...env),
        kept(
          `      - run: npm dist-tag add @acme/widget@1.4.0 t${this.#number()}`,
          '        env:',
          `          NODE_AUTH_TOKEN: ${secret('NPM_TOKEN')}`,
        ),
      ]
    }
    if (kind === 9) {
      return [
        free('      - run: npm publish', ...env),
        kept(
          `      - run: npm publish --registry https://npm.pkg.github.com ${this.#comment()}`,
          '        env:',
          `          NODE_AUTH_TOKEN: ${secret('GITHUB_TOKEN')}`,
        ),
      ]
    }
    if (kind === 10) {
      return [
        free(
          '      - run: |',
          '          if [ -n "$NPM_TOKEN" ]; then',
          '            echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > ~/.npmrc',
          '          fi',
        ),
        kept(`          echo "part ${this.#number()}"`),
        free('          npm publish', ...env),
      ]
    }
    if (kind === 11) {
      return [
        free(
          '      - run: |',
          '          cat > ~/.npmrc <<EOF',
          '          //registry.npmjs.org/:_authToken=$NPM_TOKEN',
          '          EOF',
          '          npm publish \\',
          '            --access public',
          '        env:',
          `          NPM_TOKEN: ${secret('NPM_TOKEN')}`,
        ),
      ]
    }
    if (kind === 12) {
      return [
        free(
          '      - uses: pnpm/action-setup@v4',
          '        with:',
          `          version: ${this.#among(9, 10, 11)}`,
        ),
        free('      - run: pnpm publish -r --no-git-checks', ...env),
      ]
    }
    if (kind === 13) {
      return [
        free(
          `      - run: corepack enable && yarn npm publish # ${this.#number()}`,
          '        env:',
          `          YARN_NPM_AUTH_TOKEN: ${secret('NPM_TOKEN')}`,
        ),
      ]
    }
    if (kind === 14) {
      return [
        free(`      - run: npx lerna@${this.#among(6, 9)} publish from-package --yes`, ...env),
      ]
    }
    if (kind === 15) {
      return [
        free(
          '      - run: echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" >> .npmrc && npm publish',
          '        env:',
          `          NPM_TOKEN: ${secret('NPM_TOKEN')}`,
        ),
      ]
    }
    return [free(`      - run: NODE_AUTH_TOKEN=${secret('NPM_TOKEN')} npm publish`)]
  }

  #pypiSteps(): readonly Part[] {
    const build = kept(`      - run: pipx run build ${this.#comment()}`)
    const kind = this.#pick(8)
    const user = [
      '          TWINE_USERNAME: __token__',
      `          TWINE_PASSWORD: ${secret('PYPI_TOKEN')}`,
    ]
    if (kind === 0) {
      return [
        build,
        free(
          `      - uses: ${this.#action('pypa/gh-action-pypi-publish', this.#among('release/v1', 'v1.4.2', 'master'))}`,
          '        with:',
          '          user: __token__',
          `          password: ${secret('PYPI_TOKEN')}`,
        ),
      ]
    }
    if (kind === 1) {
      return [
        build,
        free('      - uses: pypa/gh-action-pypi-publish@release/v1', '        with:'),
        kept(`          verbose: true ${this.#comment()}`),
        free(`          password: ${secret('PYPI_TOKEN')}`),
      ]
    }
    if (kind === 2)
      return [build, free('      - run: twine upload dist/*', '        env:', ...user)]
    if (kind === 3) {
      return [build, free(`      - run: uv publish --token ${secret('PYPI_TOKEN')}`)]
    }
    if (kind === 4) {
      return [
        build,
        free('      - run: |', '          pip install twine'),
        kept(`          echo "part ${this.#number()}"`),
        free(`          twine upload -u __token__ -p "${secret('PYPI_TOKEN')}" dist/*`),
      ]
    }
    if (kind === 5) {
      return [
        free(
          '      - run: poetry publish --build',
          '        env:',
          `          POETRY_PYPI_TOKEN_PYPI: ${secret('PYPI_TOKEN')}`,
        ),
      ]
    }
    if (kind === 6) {
      return [
        build,
        free('      - run: twine upload dist/*', '        env:', ...user),
        kept(
          `      - run: twine upload --repository-url https://pypi.acme.example/ dist/* ${this.#comment()}`,
          '        env:',
          '          TWINE_USERNAME: acme',
          `          TWINE_PASSWORD: ${secret('ACME_INDEX')}`,
        ),
      ]
    }
    return [
      build,
      free(
        '      - run: uv publish',
        '        env:',
        `          UV_PUBLISH_TOKEN: ${secret('PYPI_TOKEN')}`,
      ),
    ]
  }
}
