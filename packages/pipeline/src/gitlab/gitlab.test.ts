import { describe, expect, it } from 'vitest'
import type { PublishJob } from '../model.ts'
import { type Files, readOne } from '../repository/repository.test.util.ts'

const WIDGET = { 'package.json': '{"name":"widget","version":"1.0.0"}' }

const read = (config: string, files: Files = WIDGET) =>
  readOne({ ...files, '.gitlab-ci.yml': config })

async function jobOf(config: string, files: Files = WIDGET): Promise<PublishJob> {
  const { jobs, unknowns } = await read(config, files)
  const [job] = jobs
  if (job === undefined) throw new Error(`no job: ${JSON.stringify(unknowns)}`)
  return job
}

const TOKENS = 'id_tokens: { NPM_ID_TOKEN: { aud: "npm:registry.npmjs.org" } }'

describe('readGitlabJobs', () => {
  it('reads the job of the documentation', async () => {
    const job = await jobOf(
      'stages: [publish]\nimage: node:24\npublish:\n  stage: publish\n  id_tokens:\n    NPM_ID_TOKEN:\n      aud: "npm:registry.npmjs.org"\n    SIGSTORE_ID_TOKEN:\n      aud: sigstore\n  environment: { name: release }\n  rules:\n    - if: $CI_COMMIT_TAG && $CI_COMMIT_REF_PROTECTED == "true"\n  script:\n    - npm ci\n    - npm publish\n',
    )
    expect(job).toMatchObject({
      id: 'publish',
      entry: '.gitlab-ci.yml',
      file: '.gitlab-ci.yml',
      place: { line: 3 },
      triggers: [{ event: 'tag' }],
      environment: { known: true, value: 'release' },
      idToken: {
        granted: true,
        variables: [
          { name: 'NPM_ID_TOKEN', audience: 'npm:registry.npmjs.org' },
          { name: 'SIGSTORE_ID_TOKEN', audience: 'sigstore' },
        ],
      },
      publishes: [{ client: 'npm', place: { line: 15 }, packages: ['.'], storedSecrets: [] }],
    })
  })

  it.each([
    ['rules: [{ if: $CI_COMMIT_TAG =~ /^v/ }]', [{ event: 'tag' }]],
    [
      'rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }]',
      [{ event: 'push', branches: ['main'] }],
    ],
    [`rules: [{ if: '$CI_COMMIT_BRANCH == "next"' }]`, [{ event: 'push', branches: ['next'] }]],
    ['rules: [{ if: $CI_COMMIT_TAG, when: never }, { when: manual }]', [{ event: 'push' }]],
    ['rules: [{ if: $CI_COMMIT_TAG == null }]', [{ event: 'push' }]],
    ['only: [tags]', [{ event: 'tag' }]],
    ['only: { refs: [main, /^x$/] }', [{ event: 'push', branches: ['main'] }, { event: 'push' }]],
    ['stage: x', [{ event: 'push' }, { event: 'tag' }]],
    [
      `rules: [{ if: '$CI_COMMIT_TAG =~ /^v[0-9]/ && $CI_PIPELINE_SOURCE != "push"' }]`,
      [{ event: 'tag', byHand: true }],
    ],
    [`rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }]`, [{ event: 'push', byHand: true }]],
    [`rules: [{ if: '$CI_PIPELINE_SOURCE == "push"' }]`, [{ event: 'push' }]],
  ])('reads when %j runs', async (line, triggers) => {
    expect((await jobOf(`publish:\n  ${line}\n  script: npm publish\n`)).triggers).toEqual(triggers)
  })

  it('merges what a job extends, defaults and anchors', async () => {
    const job = await jobOf(
      `default:\n  ${TOKENS}\n  before_script: [cd pkg]\n.base: &base\n  environment: base\n  variables: { A: "1", DIR: x }\n.more:\n  extends: .base\n  environment: more\npublish:\n  extends: [.base, .more]\n  variables: { DIR: sub }\n  script: [[cd $DIR], npm publish]\nother:\n  <<: *base\n  inherit: { default: false }\n  script: npm publish\n`,
      { ...WIDGET, 'pkg/sub/package.json': '{"name":"sub","version":"1.0.0"}' },
    )
    expect(job).toMatchObject({
      environment: { value: 'more' },
      idToken: { granted: true },
      publishes: [{ directory: 'pkg/sub', packages: ['pkg/sub'] }],
    })
  })

  it('keeps defaults from a job that does not inherit them', async () => {
    const job = await jobOf(
      `default: { ${TOKENS} }\npublish:\n  inherit: { default: [image] }\n  script: npm publish\n`,
    )
    expect(job.idToken.granted).toBe(false)
    expect(job.idToken.reason).toContain('write `id_tokens:` in the job')
  })

  it('puts variables into the audience of an ID token', async () => {
    const job = await jobOf(
      'publish:\n  variables: { INDEX: pypi }\n  id_tokens: { PYPI_ID_TOKEN: { aud: $INDEX } }\n  script: twine upload dist/*\n',
    )
    expect(job.idToken.variables.map(({ audience }) => audience)).toEqual(['pypi'])
  })

  it('does not take id_tokens at the top level', async () => {
    const { jobs, unknowns } = await read(`${TOKENS}\npublish: { script: npm publish }\n`)
    expect(jobs[0]?.idToken).toMatchObject({ granted: false, place: { line: 1 }, variables: [] })
    expect(jobs[0]?.idToken.reason).toContain('top level')
    expect(unknowns[0]?.sentence).toContain('not valid')
  })

  it('puts references in', async () => {
    const job = await jobOf(
      '.setup:\n  script:\n    - cd pkg\n    - npm ci\npublish:\n  script:\n    - !reference [.setup, script]\n    - npm publish\n',
    )
    expect(job.publishes[0]?.directory).toBe('pkg')
  })

  it('puts references in outside of scripts as well', async () => {
    const job = await jobOf(
      `.a:\n  image: node:20\n  ${TOKENS}\n  variables: { DIR: pkg }\npublish:\n  image: !reference [.a, image]\n  id_tokens: !reference [.a, id_tokens]\n  variables:\n    DIR: !reference [.a, variables, DIR]\n  script: cd $DIR && npm publish\n`,
    )
    expect(job).toMatchObject({
      image: { value: 'node:20' },
      idToken: { granted: true },
      publishes: [{ directory: 'pkg' }],
    })
  })

  it('leaves a reference that leads nowhere, or to itself', async () => {
    const job = await jobOf(
      '.a: { image: !reference [.a, image] }\npublish:\n  image: !reference [.a, image]\n  tags: !reference [.b]\n  script: npm publish\n',
    )
    expect(job.image).toEqual({ known: true, value: undefined })
  })

  it('reads local includes, the including file over them, and names the others', async () => {
    const { jobs, unknowns } = await read(
      'include:\n  - local: /ci/publish.yml\n  - ci/gone.yml\n  - template: Jobs/SAST.gitlab-ci.yml\n  - project: a/b\n    file: x.yml\npublish:\n  environment: here\n',
      {
        ...WIDGET,
        'ci/publish.yml':
          'include: ci/publish.yml\npublish:\n  environment: there\n  script: npm publish\n',
      },
    )
    expect(jobs).toMatchObject([
      { id: 'publish', file: '.gitlab-ci.yml', environment: { value: 'here' } },
    ])
    expect(jobs[0]?.publishes[0]?.place.file).toBe('ci/publish.yml')
    expect(unknowns.map(({ sentence }) => sentence.split(' is ')[0])).toEqual([
      'The included file ci/gone.yml',
      'template Jobs/SAST.gitlab-ci.yml',
      'project a/b',
    ])
  })

  it('reads every file that a pattern of an include picks', async () => {
    const { jobs, unknowns } = await read(
      'include:\n  - local: /ci/*.yml\n  - local: more/**.yml\n  - local: ../**.yml\n',
      {
        ...WIDGET,
        'ci/a.yml': 'a: { script: npm publish }\n',
        'ci/b.txt': 'b: { script: npm publish }\n',
        'ci/deep/c.yml': 'c: { script: npm publish }\n',
        'more/d.yml': 'd: { script: npm publish }\n',
        'more/deep/e.yml': 'e: { script: npm publish }\n',
      },
    )
    expect(jobs.map(({ id }) => id)).toEqual(['a', 'd', 'e'])
    expect(unknowns).toEqual([])
  })

  it('puts the inputs of includes in, in keys and lists too, for each include anew', async () => {
    const { jobs, unknowns } = await read(
      'include:\n  - local: ci/all.yml\n    inputs: { place: there }\n',
      {
        ...WIDGET,
        'ci/all.yml':
          'spec:\n  inputs:\n    place:\n---\ninclude:\n  - local: ci/one.yml\n    inputs:\n      job: first\n      rules: [{ if: $CI_COMMIT_TAG }]\n  - local: ci/one.yml\n    inputs: { job: second, place: "$[[ inputs.place ]]", rules: [] }\n',
        'ci/one.yml':
          'spec:\n  inputs:\n    job:\n    place: { default: here }\n    rules: { type: array }\n---\n$[[ inputs.job ]]:\n  environment: in-$[[ inputs.place | expand_vars ]]\n  rules: $[[ inputs.rules ]]\n  script: npm publish\n',
      },
    )
    expect(jobs).toMatchObject([
      { id: 'first', environment: { value: 'in-here' }, triggers: [{ event: 'tag' }] },
      { id: 'second', environment: { value: 'in-there' }, triggers: [] },
    ])
    expect(unknowns).toEqual([])
  })

  it.each(['"$[[ inputs.x ]]$[[ inputs.x ]]"', '["$[[ inputs.x ]]", "$[[ inputs.x ]]"]'])(
    'comes to an end where a file includes itself with %s, twice as much each time',
    async (x) => {
      const { jobs } = await read('include: ci/one.yml\npublish:\n  script: npm publish\n', {
        ...WIDGET,
        'ci/one.yml': `spec:\n  inputs:\n    x: { default: a }\n---\ninclude:\n  - local: ci/one.yml\n    inputs: { x: ${x} }\n`,
      })
      expect(jobs).toMatchObject([{ id: 'publish' }])
    },
  )

  it('leaves an input that nobody passes as it is written', async () => {
    const job = await jobOf('include: ci/one.yml\n', {
      ...WIDGET,
      'ci/one.yml':
        'spec:\n  inputs:\n    job:\n    other: { default: x }\n---\n$[[ inputs.job ]]:\n  script: npm publish\n',
    })
    expect(job.id).toBe('$[[ inputs.job ]]')
  })

  it('takes a variable that is set to itself for one of the settings, and one of a script file for none', async () => {
    const job = await jobOf(
      'publish:\n  variables: { NPM_TOKEN: $NPM_TOKEN }\n  script: bash publish.sh\n',
      {
        ...WIDGET,
        'publish.sh':
          'AUTH_TOKEN="$NPM_TOKEN"\nnpm config set "//registry.npmjs.org/:_authToken=$AUTH_TOKEN"\nnpm publish\n',
      },
    )
    expect(job.publishes[0]?.storedSecrets.map(({ name }) => name)).toEqual(['NPM_TOKEN'])
  })

  it('finds stored secrets but neither ID tokens nor variables of GitLab', async () => {
    const job = await jobOf(
      `publish:\n  ${TOKENS}\n  variables: { NODE_AUTH_TOKEN: $NPM_SECRET_KEY }\n  script:\n    - npm config set //registry.npmjs.org/:_authToken $NPM_TOKEN\n    - echo $CI_JOB_TOKEN $NPM_ID_TOKEN\n    - npm publish\n`,
    )
    expect(job.publishes[0]?.storedSecrets.map(({ name }) => name)).toEqual([
      'NPM_TOKEN',
      'NPM_SECRET_KEY',
    ])
  })

  it('takes neither what a script sets itself nor what a vault hands over for a stored secret', async () => {
    const script = (...lines: string[]) =>
      jobOf(
        `publish:\n  secrets: { NPM_TOKEN: { vault: a/b@c } }\n  script: ${JSON.stringify(lines)}\n`,
      )
    const { publishes } = await script(
      'api_token=$(curl x)',
      'NPM_CONFIG_TOKEN=$api_token npm publish',
    )
    expect(publishes[0]?.storedSecrets).toEqual([])
    const vault = await script(
      'npm config set //registry.npmjs.org/:_authToken $NPM_TOKEN',
      'npm publish',
    )
    expect(vault.publishes[0]?.storedSecrets).toEqual([])
  })

  it('knows a variable of the settings by its name, also where a script falls back to another', async () => {
    const job = await jobOf(
      `publish:\n  script:\n    - 'export NPM_TOKEN=\${NPM_TOKEN:-none}'\n    - npm config set //registry.npmjs.org/:_authToken $NPM_TOKEN\n    - npm publish\n`,
    )
    expect(job.publishes[0]?.storedSecrets.map(({ name }) => name)).toEqual(['NPM_TOKEN'])
  })

  it('goes by the registry that a script writes for the scope of the package', async () => {
    const files = { 'package.json': '{"name":"@acme/widget","version":"1.0.0"}' }
    const job = await jobOf(
      `publish:\n  script:\n    - echo "@acme:registry=https://gitlab.example/api/v4/packages/npm/" >> .npmrc\n    - npm publish\n`,
      files,
    )
    expect(job.publishes[0]?.registry).toBe('https://gitlab.example/api/v4/packages/npm/')
  })

  it.each(['yarn changesets-gitlab', 'npx changesets-gitlab'])(
    'reads what %s publishes in its variable',
    async (command) => {
      const job = await jobOf(
        `publish:\n  variables: { INPUT_PUBLISH: npx changeset publish }\n  script: ${command}\n`,
      )
      expect(job.publishes).toMatchObject([{ client: 'changesets', text: 'npx changeset publish' }])
      const { jobs } = await read(
        `comment:\n  variables: { INPUT_PUBLISH: npx changeset publish }\n  script: ${command} comment\n`,
      )
      expect(jobs).toEqual([])
    },
  )

  it('expands a matrix of variables', async () => {
    const job = await jobOf(
      'publish:\n  parallel: { matrix: [{ PKG: [a, b] }] }\n  script: cd $PKG && npm publish\n',
    )
    expect(job.publishes.map(({ directory }) => directory)).toEqual(['a', 'b'])
  })

  it('leaves hidden jobs and child pipelines out', async () => {
    const { jobs, unknowns } = await read(
      '.publish: { script: npm publish }\nchild: { trigger: { include: x.yml } }\n',
    )
    expect(jobs).toEqual([])
    expect(unknowns[0]?.sentence).toContain('starts another pipeline')
  })

  it('survives jobs that extend each other', async () => {
    const { unknowns } = await read('a: { extends: b, script: npm publish }\nb: { extends: a }\n')
    expect(unknowns[0]?.sentence).toContain('circle')
  })
})

describe('the rules of a pipeline', () => {
  const workflow = 'workflow: { rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }] }\n'

  it.each([
    ['stage: x', [{ event: 'push', branches: ['main'] }]],
    ['rules: [{ if: $CI_COMMIT_TAG }, { when: on_success }]', [{ event: 'push' }]],
    ['rules: [{ if: $CI_COMMIT_TAG }]', [{ event: 'tag' }]],
  ])('limit those of a job: %s', async (line, triggers) => {
    const job = await jobOf(`${workflow}publish:\n  ${line}\n  script: npm publish\n`)
    expect(job.triggers).toEqual(triggers)
  })
})

describe('what was done before', () => {
  const config = (more: string) =>
    `stages: [build, publish]\nbuild:\n  stage: build\n  script: [npm version $V, npm run build]\npublish:\n  stage: publish\n  ${more}\n  script: npm publish\n`
  const files = {
    'package.json': '{"name":"widget","version":"1.0.0","scripts":{"build":"tsc"}}',
  }

  it.each(['retry: 1', 'needs: [build]', 'needs: [{ job: build, artifacts: true }]'])(
    'is read of the jobs that are waited for by %j',
    async (more) => {
      const job = await jobOf(config(more), files)
      expect(job).toMatchObject({ builds: ['.'], publishes: [{ setsVersion: true }] })
    },
  )

  it('is not read of a job that is not waited for', async () => {
    const job = await jobOf(config('needs: []'), files)
    expect(job.builds).toEqual([])
    expect(job.publishes[0]?.setsVersion).toBeUndefined()
  })
})
