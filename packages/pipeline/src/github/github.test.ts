import { describe, expect, it } from 'vitest'
import type { PublishJob, PublishStep } from '../model.ts'
import { type Files, readOne } from '../repository/repository.test.util.ts'

const WIDGET = { 'package.json': '{"name":"widget","version":"1.0.0"}' }
const FILE = '.github/workflows/release.yml'

const read = (workflow: string, files: Files = WIDGET) => readOne({ ...files, [FILE]: workflow })

/** The first publishing job of a workflow. */
async function jobOf(workflow: string, files: Files = WIDGET): Promise<PublishJob> {
  const { jobs, unknowns } = await read(workflow, files)
  const [job] = jobs
  if (job === undefined) throw new Error(`no job: ${JSON.stringify(unknowns)}`)
  return job
}

/** The publish steps of a job with these steps. */
async function stepsOf(steps: string, files: Files = WIDGET): Promise<readonly PublishStep[]> {
  return (await jobOf(`on: push\njobs:\n  publish:\n    steps:\n${steps}`, files)).publishes
}

describe('readGithubJobs', () => {
  it.each([
    ['on: push', [{ event: 'push' }]],
    ['on: [push, release]', [{ event: 'push' }, { event: 'release' }]],
    ['on: { release: { types: [published] } }', [{ event: 'release', types: ['published'] }]],
    ['on: { push: { tags: "v*" } }', [{ event: 'push', tags: ['v*'] }]],
    [
      '"on": { push: { branches: [main], tags: [v*, w*] } }',
      [{ event: 'push', branches: ['main'], tags: ['v*', 'w*'] }],
    ],
    ['on:\n  workflow_dispatch:\n  workflow_call:', [{ event: 'workflow_dispatch' }]],
  ])('reads the triggers of %j', async (on, triggers) => {
    const job = await jobOf(`${on}\njobs:\n  publish:\n    steps: [{ run: npm publish }]\n`)
    expect(job.triggers).toEqual(triggers)
  })

  it.each([
    ['environment: npm', { known: true, value: 'npm' }],
    ['environment: { name: npm, url: "https://example.com" }', { known: true, value: 'npm' }],
    ['runs-on: x', { known: true, value: undefined }],
    [`environment: \${{ vars.ENV }}`, { known: false, expression: `\${{ vars.ENV }}` }],
    [
      `environment: \${{ vars.ENV || 'npm' }}`,
      { known: false, expression: `\${{ vars.ENV || 'npm' }}`, otherwise: 'npm' },
    ],
  ])('reads %j', async (line, environment) => {
    const job = await jobOf(
      `on: push\njobs:\n  publish:\n    ${line}\n    steps: [{ run: npm publish }]\n`,
    )
    expect(job.environment).toEqual(environment)
  })

  it('follows a called workflow with its inputs and keeps both file names', async () => {
    const { jobs } = await readOne({
      ...WIDGET,
      '.github/workflows/ci.yml':
        'on: push\njobs:\n  go:\n    uses: ./.github/workflows/p.yml\n    with: { env: npm }\n',
      '.github/workflows/p.yml': `on:\n  workflow_call:\n    inputs:\n      env: { type: string }\n      dir: { default: . }\njobs:\n  publish:\n    environment: \${{ inputs.env }}\n    defaults: { run: { working-directory: "\${{ inputs.dir }}" } }\n    steps: [{ run: npm publish }]\n`,
    })
    expect(jobs).toHaveLength(1)
    expect(jobs[0]).toMatchObject({
      id: 'go/publish',
      entry: '.github/workflows/ci.yml',
      file: '.github/workflows/p.yml',
      place: { file: '.github/workflows/p.yml', line: 7 },
      environment: { known: true, value: 'npm' },
      triggers: [{ event: 'push' }],
    })
  })

  it('reads a called workflow once for each entry that reaches it', async () => {
    const caller = 'on: push\njobs:\n  go:\n    uses: ./.github/workflows/p.yml\n'
    const { jobs } = await readOne({
      ...WIDGET,
      '.github/workflows/a.yml': caller,
      '.github/workflows/b.yml': caller,
      '.github/workflows/p.yml':
        'on: [workflow_call, workflow_dispatch]\njobs:\n  publish:\n    steps: [{ run: npm publish }]\n',
    })
    expect(jobs.map(({ id, entry }) => `${entry.slice(18)} ${id}`)).toEqual([
      'a.yml go/publish',
      'b.yml go/publish',
      'p.yml publish',
    ])
  })

  it.each([
    ['secrets: inherit', 'ci', ' with secrets,'],
    ['secrets: inherit', 'build_docs', ','],
    [`secrets: { api: "\${{ secrets.PYPI_TOKEN }}" }`, 'ci', ' with secrets (PYPI_TOKEN),'],
    [`secrets: { codecov_token: "\${{ secrets.CODECOV_TOKEN }}" }`, 'ci', ','],
  ])('says of a workflow elsewhere what it is passed for publishing: %s', async (...row) => {
    const [secrets, name, expected] = row
    const { unknowns } = await readOne({
      ...WIDGET,
      '.github/workflows/a.yml': `on: push\njobs:\n  there:\n    uses: acme/ci/.github/workflows/${name}.yml@v1\n    ${secrets}\n`,
    })
    expect(unknowns.map(({ sentence }) => sentence.split('a workflow')[0])).toEqual([
      `Job "there" calls acme/ci/.github/workflows/${name}.yml@v1${expected} `,
    ])
  })

  it('follows a workflow of its own that it calls by the name of the repository', async () => {
    const { jobs, unknowns } = await readOne({
      'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/a.yml':
        'on: push\njobs:\n  out:\n    uses: acme/widget/.github/workflows/p.yml@main\n  release:\n    uses: acme/widget/.github/workflows/p.yml@v1\n',
      '.github/workflows/p.yml':
        'on: workflow_call\njobs:\n  npm:\n    steps: [{ run: npm publish }]\n',
    })
    expect(jobs.map(({ id, file }) => [id, file])).toEqual([['out/npm', '.github/workflows/p.yml']])
    expect(unknowns).toMatchObject([{ sentence: expect.stringContaining('p.yml@v1') }])
  })

  it('says what it cannot follow', async () => {
    const { jobs, unknowns } = await readOne({
      ...WIDGET,
      '.github/workflows/a.yml':
        'on: push\njobs:\n  there:\n    uses: acme/ci/.github/workflows/p.yml@v1\n    secrets: inherit\n  gone:\n    uses: ./.github/workflows/gone.yml\n  round:\n    uses: ./.github/workflows/b.yml\n',
      '.github/workflows/b.yml':
        'on: workflow_call\njobs:\n  back:\n    uses: ./.github/workflows/b.yml\n',
    })
    expect(jobs).toEqual([])
    expect(unknowns.map(({ place, sentence }) => [place?.line, sentence])).toEqual([
      [4, expect.stringContaining('not read from this checkout')],
      [7, expect.stringContaining('cannot be read')],
      [4, expect.stringContaining('leads back to itself')],
    ])
  })

  it('says nothing of a workflow elsewhere that cannot publish', async () => {
    const { unknowns } = await readOne({
      ...WIDGET,
      '.github/workflows/a.yml': `on: push\njobs:\n  check:\n    uses: acme/ci/.github/workflows/all-green.yml@v1\n    secrets: { token: "\${{ secrets.GITHUB_TOKEN }}" }\n  provenance:\n    permissions: { id-token: write, contents: write }\n    uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.0.0\n`,
    })
    expect(unknowns).toEqual([])
  })

  it('finds the line of a command in a block', async () => {
    const [step] = await stepsOf(
      '      - run: |\n          npm ci\n          FOO=1 npm publish --access public # now\n',
    )
    expect(step).toMatchObject({
      place: { file: FILE, line: 7, column: 11 },
      text: 'FOO=1 npm publish --access public',
      args: ['--access', 'public'],
      directory: '.',
      packages: ['.'],
    })
    expect(step).not.toHaveProperty('registry')
  })

  it('leaves out what does not publish', async () => {
    const steps = [
      'run: npm publish --dry-run',
      'run: echo npm publish',
      "run: '# npm publish'",
      'if: false\n        run: npm publish',
      `if: \${{ false }}\n        run: npm publish`,
      'shell: python\n        run: npm publish',
      'uses: JS-DevTools/npm-publish@v4\n        with: { dry-run: true }',
    ].map((step) => `      - ${step}\n`)
    const { jobs, unknowns } = await read(
      `on: push\njobs:\n  publish:\n    steps:\n${steps.join('')}`,
    )
    expect(jobs).toEqual([])
    expect(unknowns).toEqual([])
  })

  it.each([
    ['cd pkg && npm publish', 'pkg'],
    ['(cd pkg && ls)\nnpm publish', '.'],
    ['cd pkg\n(cd ..; npm publish)', '.'],
    ['cd "$GITHUB_WORKSPACE/pkg" && npm publish', 'pkg'],
    ['DIR=pkg; cd $DIR; npm publish', 'pkg'],
    ['npm --prefix pkg publish', 'pkg'],
    ['bash -c "cd pkg; npm publish"', 'pkg'],
  ])('follows the directory of %j', async (script, directory) => {
    const files = { ...WIDGET, 'pkg/package.json': '{"name":"pkg","version":"1.0.0"}' }
    const [step] = await stepsOf(`      - run: ${JSON.stringify(script)}\n`, files)
    expect(step).toMatchObject({ directory, packages: [directory] })
  })

  it('takes the directory of the step over the defaults', async () => {
    const job = await jobOf(
      'on: push\ndefaults: { run: { working-directory: a } }\njobs:\n  publish:\n    steps:\n      - run: npm publish\n      - run: npm publish\n        working-directory: ./b/\n',
    )
    expect(job.publishes.map(({ directory }) => directory)).toEqual(['a', 'b'])
  })

  it('finds the repository where it is checked out into a folder', async () => {
    const job = await jobOf(
      'on: push\njobs:\n  publish:\n    steps:\n      - { uses: actions/checkout@v4, with: { path: own } }\n      - { run: npm publish, working-directory: own/pkg }\n      - run: cd own && cd pkg && npm publish --tag next\n',
      { 'pkg/package.json': '{"name":"pkg","version":"1.0.0"}' },
    )
    expect(job.publishes.map(({ directory }) => directory)).toEqual(['pkg', 'pkg'])
  })

  it('takes no other repository for this one', async () => {
    const { jobs } = await read(
      'on: push\njobs:\n  publish:\n    steps:\n      - { uses: actions/checkout@v4, with: { path: other, repository: acme/other } }\n      - { run: npm publish, working-directory: other }\n',
      WIDGET,
    )
    expect(jobs.flatMap(({ publishes }) => publishes).flatMap(({ packages }) => packages)).toEqual(
      [],
    )
  })

  it('says so where a directory is only known at run time', async () => {
    const { jobs, unknowns } = await read(
      `on: push\njobs:\n  publish:\n    steps:\n      - run: for d in packages/*; do (cd $d && npm publish); done\n`,
    )
    expect(jobs[0]?.publishes).toMatchObject([{ adrift: true, packages: [] }])
    expect(unknowns[0]?.sentence).toContain('only known at run time')
  })

  it('expands a literal matrix', async () => {
    const job = await jobOf(
      `on: push\njobs:\n  publish:\n    strategy:\n      matrix:\n        dir: [a, b, c]\n        os: [x, y]\n        exclude: [{ dir: b }]\n        include: [{ dir: d }]\n    steps:\n      - run: npm publish\n        working-directory: packages/\${{ matrix.dir }}\n`,
    )
    expect(job.publishes.map(({ directory }) => directory)).toEqual([
      'packages/a',
      'packages/c',
      'packages/d',
    ])
  })

  it('does not guess a computed matrix', async () => {
    const { jobs, unknowns } = await read(
      `on: push\njobs:\n  publish:\n    strategy: { matrix: { dir: "\${{ fromJSON(needs.x.outputs.y) }}" } }\n    steps:\n      - run: npm publish\n        working-directory: \${{ matrix.dir }}\n`,
    )
    expect(jobs[0]?.publishes).toMatchObject([{ adrift: true, packages: [] }])
    expect(unknowns).toHaveLength(1)
  })

  it('follows composite actions of the repository', async () => {
    const [step] = await stepsOf(
      `      - uses: ./.github/actions/publish\n        with: { token: "\${{ secrets.NPM_TOKEN }}", dir: pkg }\n`,
      {
        'pkg/package.json': '{"name":"pkg","version":"1.0.0"}',
        '.github/actions/publish/action.yml': `inputs: { token: {}, dir: { default: . } }\nruns:\n  using: composite\n  steps:\n    - run: npm publish\n      shell: bash\n      working-directory: \${{ inputs.dir }}\n      env: { NODE_AUTH_TOKEN: "\${{ inputs.token }}" }\n`,
      },
    )
    expect(step).toMatchObject({ packages: ['pkg'], storedSecrets: [{ name: 'NPM_TOKEN' }] })
    expect(step?.place.file).toBe('.github/actions/publish/action.yml')
  })

  it('follows package scripts', async () => {
    const files = {
      'package.json':
        '{"name":"w","version":"1.0.0","scripts":{"release":"npm run build && npm run push","push":"npm publish","build":"tsc","again":"npm run again"}}',
    }
    expect(await stepsOf('      - run: npm run again; npm run release\n', files)).toMatchObject([
      { client: 'npm', text: 'npm publish', packages: ['.'], place: { line: 5 } },
    ])
    expect(await stepsOf('      - run: yarn release\n', files)).toHaveLength(1)
  })

  it('reads tools that publish through npm, and the script that changesets/action runs', async () => {
    const steps = await stepsOf(
      '      - run: npx semantic-release\n      - uses: changesets/action@v1\n        with: { publish: npx changeset publish }\n      - uses: changesets/action@v1\n',
    )
    expect(steps).toMatchObject([
      { client: 'semantic-release', place: { line: 5 }, packages: ['.'] },
      { client: 'changesets', place: { line: 7 }, action: { name: 'changesets/action' } },
    ])
    expect(steps).toHaveLength(2)
  })
})

describe('stored secrets', () => {
  it('are found in the variables of workflow, job and step', async () => {
    const job = await jobOf(
      `on: push\nenv: { NPM_TOKEN: "\${{ secrets.A }}", SLACK: "\${{ secrets.SLACK }}" }\njobs:\n  publish:\n    env: { YARN_NPM_AUTH_TOKEN: "\${{ secrets['B'] }}" }\n    steps:\n      - run: npm publish --otp $CODE\n        env:\n          NODE_AUTH_TOKEN: \${{ secrets.C }}\n          CODE: \${{ secrets.D }}\n          GH: \${{ secrets.GITHUB_TOKEN }}\n`,
    )
    const secrets = job.publishes[0]?.storedSecrets
    expect(secrets?.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D'])
    expect(secrets?.map(({ place }) => place.line)).toEqual([2, 5, 9, 10])
  })

  it('are found where an earlier step wrote them to .npmrc', async () => {
    const [step] = await stepsOf(
      `      - run: echo "//registry.npmjs.org/:_authToken=$T" > ~/.npmrc\n        env: { T: "\${{ secrets.PUBLISH }}" }\n      - run: npm publish\n`,
    )
    expect(step?.storedSecrets).toEqual([
      { name: 'PUBLISH', place: { file: FILE, line: 6, column: 16 }, by: 'variable', as: 'T' },
    ])
  })

  it('are found where a committed .npmrc mentions the variable', async () => {
    const [step] = await stepsOf(
      `      - run: npm publish\n        env: { ANY: "\${{ secrets.PUBLISH }}" }\n`,
      { ...WIDGET, '.npmrc': `//registry.npmjs.org/:_authToken=\${ANY}\n` },
    )
    expect(step?.storedSecrets.map(({ name }) => name)).toEqual(['PUBLISH'])
  })

  it('are found in the inputs of an action', async () => {
    const files = { 'pyproject.toml': '[project]\nname="w"\nversion="1"\n' }
    const [step] = await stepsOf(
      `      - uses: pypa/gh-action-pypi-publish@v1\n        with: { user: __token__, password: "\${{ secrets.PYPI }}" }\n`,
      files,
    )
    expect(step?.storedSecrets.map(({ name }) => name)).toEqual(['PYPI'])
  })

  it('are not those that git is given beside', async () => {
    const [step] = await stepsOf(
      `      - run: |\n          git remote set-url origin https://\${{ secrets.BOT }}@github.com/acme/pkg\n          poetry publish -u __token__ -p \${{ secrets.PYPI }}\n`,
    )
    expect(step?.storedSecrets.map(({ name }) => name)).toEqual(['PYPI'])
  })
})

describe('registries', () => {
  const setup = (url: string) =>
    `      - uses: actions/setup-node@v6\n        with: { registry-url: "${url}" }\n`
  const U = 'https://user.example'
  const publish = (env = '', flags = '') => `      - run: npm publish ${flags}\n${env}`

  it.each([
    ['nothing', publish(), {}, undefined],
    ['setup-node', setup(U) + publish(), {}, U],
    [
      '.npmrc',
      setup(U) + publish(),
      { '.npmrc': 'registry = https://rc.example' },
      'https://rc.example',
    ],
    [
      'npm_config_registry',
      publish('        env: { npm_config_registry: "https://env.example" }\n'),
      { '.npmrc': 'registry=https://rc.example' },
      'https://env.example',
    ],
    [
      'publishConfig',
      setup(U) + publish(),
      { 'package.json': '{"name":"w","publishConfig":{"registry":"https://config.example"}}' },
      'https://config.example',
    ],
    [
      '--registry',
      setup(U) + publish('', '--registry=https://flag.example'),
      { 'package.json': '{"name":"w","publishConfig":{"registry":"https://config.example"}}' },
      'https://flag.example',
    ],
    [
      'a scope',
      setup(U) + publish(),
      { 'package.json': '{"name":"@acme/w"}', '.npmrc': '@acme:registry=https://acme.example' },
      'https://acme.example',
    ],
  ])('of npm are named by %s', async (_, steps, files, registry) => {
    const [step] = await stepsOf(steps, { ...WIDGET, ...files })
    expect(step?.registry).toBe(registry)
  })

  const PY = {
    'pyproject.toml':
      '[project]\nname="w"\n[[tool.uv.index]]\nname="own"\nurl="https://x"\npublish-url="https://own.example/up"\n',
  }

  it.each([
    ['- run: twine upload dist/*', undefined],
    ['- run: twine upload -r testpypi dist/*', 'https://test.pypi.org/legacy/'],
    ['- run: twine upload --repository-url https://x.example dist/*', 'https://x.example'],
    [
      '- { run: twine upload dist/*, env: { TWINE_REPOSITORY_URL: "https://e.example" } }',
      'https://e.example',
    ],
    [
      '- run: poetry config repositories.acme https://a.example && poetry publish -r acme',
      'https://a.example',
    ],
    [
      '- { run: poetry publish -r a-b, env: { POETRY_REPOSITORIES_A_B_URL: "https://a.example" } }',
      'https://a.example',
    ],
    ['- run: poetry config repositories.pypi https://a.example && poetry publish', undefined],
    ['- run: twine upload -r acme dist/*', '$acme'],
    ['- run: uv publish', undefined],
    ['- run: uv publish --index own', 'https://own.example/up'],
    ['- run: uv publish --publish-url https://x.example', 'https://x.example'],
    ['- { run: uv publish, env: { UV_PUBLISH_URL: "https://e.example" } }', 'https://e.example'],
    [
      '- { uses: pypa/gh-action-pypi-publish@v1, with: { repository_url: "https://a.example" } }',
      'https://a.example',
    ],
    [
      '- { uses: pypa/gh-action-pypi-publish@v1, env: { TWINE_REPOSITORY_URL: "https://e.example" } }',
      undefined,
    ],
  ])('of Python are named by %j', async (step, registry) => {
    const [found] = await stepsOf(`      ${step}\n`, PY)
    expect(found?.registry).toBe(registry)
    expect(found?.packages).toEqual(['.'])
  })

  it('are not guessed where a run decides', async () => {
    const { jobs, unknowns } = await read(
      `on: push\njobs:\n  publish:\n    steps: [{ run: "npm publish --registry \${{ vars.URL }}" }]\n`,
    )
    expect(jobs[0]?.publishes[0]?.registry).toBe(`\${{ vars.URL }}`)
    expect(unknowns[0]?.sentence).toContain('only known at run time')
  })
})

describe('what keeps a client from trusted publishing', () => {
  const setUp = (node: string) =>
    `      - { uses: actions/setup-node@v4, with: { node-version: ${node} } }\n`
  const publish = '      - { run: npm publish }\n'
  const upgrade = '      - { run: npm install -g npm@11 }\n'

  it.each([
    ['an old Node', setUp('20') + publish],
    ['an upgrade that a later Node undoes', upgrade + setUp('22') + publish],
    ['an old npm by name', `${setUp('24')}      - { run: npx npm@10 publish }\n`],
    ['Yarn 1', `${setUp('24')}      - { run: yarn publish }\n`],
    ['an old action', '      - { uses: JS-DevTools/npm-publish@v3 }\n'],
  ])('is told of %s', async (_, steps) => {
    const [step] = await stepsOf(steps)
    expect(step?.incapable).toContain('cannot exchange ID tokens')
  })

  it.each([
    ['a new Node', setUp('24') + publish],
    ['an upgrade after an old Node', setUp('20') + upgrade + publish],
    ['a new npm by name', `${setUp('20')}      - { run: npx npm@11 publish }\n`],
    ['a new action', '      - { uses: JS-DevTools/npm-publish@v4 }\n'],
    ['nothing that tells the version', publish],
  ])('is not told of %s', async (_, steps) => {
    const [step] = await stepsOf(steps)
    expect(step).toBeDefined()
    expect(step?.incapable).toBeUndefined()
  })
})

describe('what was done before', () => {
  const setAndBuild = '[{ run: "npm version $V" }, { run: npm run build, working-directory: sub }]'
  const files: Files = {
    ...WIDGET,
    'sub/package.json': '{"name":"sub","scripts":{"build":"tsc"}}',
    'pyproject.toml': '[project]\nname="w"\nversion="1"\n',
  }
  const publish = 'steps: [{ run: npm publish }, { run: twine upload dist/* }]'
  const jobWith = (before: string, needs: string) =>
    jobOf(`on: push\njobs:\n${before}\n  publish: { needs: ${needs}, ${publish} }\n`, files)

  it('is read in the job', async () => {
    const steps = `${setAndBuild.slice(0, -1)}, { run: npm publish }]`
    const job = await jobOf(`on: push\njobs:\n  publish: { steps: ${steps} }\n`, files)
    expect(job).toMatchObject({ builds: ['sub'], publishes: [{ setsVersion: true }] })
  })

  it.each([
    [`  build: { steps: ${setAndBuild} }`, 'build'],
    [`  build: { steps: ${setAndBuild} }\n  tag: { needs: [build], steps: [] }`, '[tag]'],
  ])('is read of the jobs that are waited for: %#', async (before, needs) => {
    const job = await jobWith(before, needs)
    expect(job.builds).toEqual(['sub'])
    // Nothing sets the version in pyproject.toml.
    expect(job.publishes.map(({ setsVersion }) => setsVersion)).toEqual([true, undefined])
  })

  it('is not read of jobs that run beside', async () => {
    const job = await jobWith(`  build: { steps: ${setAndBuild} }`, '[]')
    expect(job.builds).toEqual([])
    expect(job.publishes.some(({ setsVersion }) => setsVersion)).toBe(false)
  })

  it('is read of a called workflow that is waited for', async () => {
    const job = await jobOf(
      `on: push\njobs:\n  b: { uses: ./.github/workflows/b.yml }\n  publish: { needs: b, ${publish} }\n`,
      {
        ...files,
        '.github/workflows/b.yml': `on: workflow_call\njobs: { x: { steps: ${setAndBuild} } }\n`,
      },
    )
    expect(job).toMatchObject({ builds: ['sub'], publishes: [{ setsVersion: true }, {}] })
  })

  it('comes to an end where jobs wait for each other', async () => {
    const job = await jobWith('  a: { needs: publish, steps: [] }', 'a')
    expect(job.builds).toEqual([])
  })
})

describe('a script file of the repository', () => {
  it.each(['sh scripts/release.sh', './scripts/release.sh', 'bash -e scripts/release.sh 1.2'])(
    'is read where %j runs it',
    async (run) => {
      const { jobs, unknowns } = await read(
        `on: push\njobs:\n  publish:\n    steps: [{ run: ${run} }]\n`,
        { ...WIDGET, 'scripts/release.sh': '#!/bin/sh\nset -e\nnpm publish --tag next\n' },
      )
      expect(jobs[0]?.publishes).toMatchObject([{ client: 'npm', args: ['--tag', 'next'] }])
      expect(unknowns).toEqual([])
    },
  )

  it('is read in the directory of the step, and no further than four files deep', async () => {
    const { jobs } = await read(
      'on: push\njobs:\n  publish:\n    steps: [{ run: sh own.sh, working-directory: sub }]\n',
      {
        'sub/package.json': '{"name":"sub","version":"1.0.0"}',
        'sub/own.sh': 'npm publish\nsh own.sh\n',
      },
    )
    expect(jobs[0]?.publishes.map(({ packages }) => packages)).toEqual([['sub']])
  })

  it.each([
    'cd "$(dirname "$0")/../packages/widget"\nnpm publish',
    `HERE=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)\ncd "$HERE/../packages/widget"\nnpm publish`,
    'ROOT="$( cd "$( dirname "$0" )/.." >/dev/null 2>&1 && pwd )"\ncd $ROOT/packages/widget\nnpm publish',
    'cd "$(git rev-parse --show-toplevel)/packages/widget"\nnpm publish',
  ])('knows its own folder: %j', async (script) => {
    const { jobs, unknowns } = await read(
      'on: push\njobs:\n  publish:\n    steps: [{ run: sh scripts/release.sh }]\n',
      {
        'packages/widget/package.json': '{"name":"@acme/widget","version":"1.0.0"}',
        'scripts/release.sh': script,
      },
    )
    expect(jobs[0]?.publishes).toMatchObject([{ packages: ['packages/widget'] }])
    expect(unknowns).toEqual([])
  })

  it.each([
    ['a program of its own', 'yarn release-tool publish', 'release-tool publish'],
    ['a script by run-s', 'npm run release', 'aegir release'],
    [
      'a dry run that an input decides',
      `node release.js --dry-run=\${{ inputs.dry }}`,
      'release.js',
    ],
  ])('may hide a publish as %s that is given a token', async (_what, run, name) => {
    const step = { run, env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } }
    const { unknowns } = await read(
      JSON.stringify({ on: 'push', jobs: { publish: { steps: [step] } } }),
      {
        'package.json':
          '{"private":true,"scripts":{"release":"run-s build release:all","release:all":"aegir run release"}}',
      },
    )
    expect(unknowns).toMatchObject([{ sentence: expect.stringContaining(`"${name}" may publish`) }])
  })

  it('that is not there may hide a publish', async () => {
    const { unknowns } = await read(
      'on: push\njobs:\n  publish:\n    steps: [{ run: sh ../release.sh }]\n',
    )
    expect(unknowns[0]?.sentence).toContain('may publish')
  })
})

it('takes flags out of a variable that a script puts together', async () => {
  const script = 'ARGS="--access public"\nARGS="$ARGS --tag next"\nnpm publish $ARGS\n'
  const [step] = await stepsOf(`      - run: ${JSON.stringify(script)}\n`)
  expect(step).toMatchObject({ args: ['--access', 'public', '--tag', 'next'], packages: ['.'] })
})

it('puts the variables of the file into arguments, and leaves those of a run', async () => {
  const env = `{ TAG: next, ACCESS: "\${{ needs.a.outputs.access }}" }`
  const [step] = await stepsOf(
    `      - { run: 'npm publish --tag "$TAG" --access $ACCESS', env: ${env} }\n`,
  )
  expect(step?.args).toEqual(['--tag', 'next', '--access', '$ACCESS'])
})
