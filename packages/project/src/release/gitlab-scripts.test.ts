import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git, readFiles, Stubs, temporaryFolder, writeFiles } from '../testing.ts'
import {
  AFTER_TAG_AT_GITLAB,
  BUILD_AT_GITLAB,
  PLAN_AT_GITLAB,
  TAG_AT_GITLAB,
} from './gitlab-scripts.ts'

interface Around {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly stubs?: Stubs
}

/** GitLab's runner takes bash where there is one, and otherwise what is there. No settings of this machine. */
const SHELLS = [
  ['bash', '--norc', '-eo', 'pipefail', '-c'],
  ['sh', '-e', '-c'],
]

/** Runs the entries of a script as GitLab does: one after the other, in one shell. */
function run(shell: readonly string[], script: readonly string[], { cwd, env, stubs }: Around) {
  const [program = '', ...args] = shell
  const { status, stdout, stderr } = spawnSync(program, [...args, script.join('\n')], {
    cwd,
    encoding: 'utf8',
    env: { PATH: (stubs ?? new Stubs({})).path, CI_PROJECT_DIR: cwd, ...env },
  })
  return { status, output: stdout + stderr, calls: stubs?.calls ?? [] }
}

/** What a job hands on in a dotenv report. */
function dotenv(folder: string, file: string): Record<string, string> {
  const lines = (readFiles(folder)[file] ?? '').trim().split('\n')
  return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(/=(.*)/s)))
}

/** A repository with a commit, a branch that has moved on from it, and tags there and elsewhere. */
const remote = { folder: mkdtempSync(join(tmpdir(), 'trustpub-remote-')), commit: '' }

beforeAll(() => {
  const { folder } = remote
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'elsewhere')
  git(folder, 'tag', 'elsewhere')
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'here')
  git(folder, 'tag', 'here')
  git(folder, 'tag', '-a', '-m', 'x', 'annotated')
  git(folder, 'branch', 'moved', 'elsewhere')
  remote.commit = git(folder, 'rev-parse', 'HEAD')
})

afterAll(() => rmSync(remote.folder, { recursive: true, force: true }))

describe.each(SHELLS)('the scripts of GitLab under %s', (...shell) => {
  describe('plan', () => {
    const plan = (text: string, status = 0) => {
      const cwd = temporaryFolder()
      const script = `echo "$BRANCH" > branch\nprintf '${text}'\nexit ${status}\n`
      writeFiles(cwd, { '.trustpub/plan-release.sh': script })
      const env = { CI_COMMIT_BRANCH: '2.x' }
      return { ...run(shell, [PLAN_AT_GITLAB], { cwd, env }), cwd }
    }
    const RELEASE =
      'release=true\\nversion=1.2.0-beta.0\\ntag=v1.2.0-beta.0\\npython_version=1.2.0b0\\n'

    it('reaches later jobs as variables', () => {
      const { status, output, cwd } = plan(RELEASE)
      expect([status, output]).toEqual([0, ''])
      expect(dotenv(cwd, 'plan.env')).toEqual({
        PLAN_release: 'true',
        PLAN_version: '1.2.0-beta.0',
        PLAN_tag: 'v1.2.0-beta.0',
        PLAN_python_version: '1.2.0b0',
      })
      expect(readFiles(cwd)).toMatchObject({ branch: '2.x\n' })
      expect(Object.keys(readFiles(cwd))).not.toContain('plan.txt')
    })

    it('starts a build with its versions, and none where there is nothing to release', () => {
      const build = (PLAN_release: string) => {
        const env = { PLAN_release, PLAN_version: '1.2.0-beta.0', PLAN_python_version: '1.2.0b0' }
        const after = 'echo "build $VERSION and $PYTHON_VERSION"'
        return run(shell, [BUILD_AT_GITLAB, after], { cwd: temporaryFolder(), env })
      }
      const { status, output } = build('true')
      expect([status, output]).toEqual([0, 'build 1.2.0-beta.0 and 1.2.0b0\n'])
      expect(build('false')).toMatchObject({ status: 0, output: 'There is nothing to release.\n' })
    })

    it('fails the job where it fails itself', () => {
      const { status, output } = plan('', 1)
      expect([status, output]).toEqual([1, ''])
    })
  })

  describe('tag', () => {
    const tag = (where: {
      readonly tag?: string
      readonly branch?: string
      readonly status?: number
      readonly release?: string
      readonly remote?: string
    }) => {
      const cwd = temporaryFolder()
      writeFiles(cwd, { 'dist/changelog.md': 'changes' })
      git(cwd, 'init', '--quiet')
      git(cwd, 'remote', 'add', 'origin', where.remote ?? remote.folder)
      const curl = `echo '{"message":"refused"}' > answer.json; printf ${where.status ?? 201}`
      const stubs = new Stubs({ curl })
      const env = {
        PLAN_release: where.release ?? 'true',
        PLAN_tag: where.tag ?? 'v1.0.0',
        CI_COMMIT_SHA: remote.commit,
        CI_COMMIT_BRANCH: where.branch ?? 'main',
        CI_API_V4_URL: 'https://gitlab.example/api/v4',
        CI_PROJECT_ID: '7',
        CI_JOB_TOKEN: 'job-token',
        DIST: 'dist',
      }
      const finished = run(shell, [TAG_AT_GITLAB], { cwd, env, stubs })
      return { ...finished, go: dotenv(cwd, 'tag.env').TAG_go }
    }

    it('is made at the commit of the pipeline, with the release', () => {
      const { status, output, go, calls } = tag({})
      expect([status, output, go]).toEqual([0, 'Released v1.0.0.\n', 'true'])
      expect(calls).toEqual([
        `curl --silent --show-error --output answer.json --write-out %{http_code} -X POST https://gitlab.example/api/v4/projects/7/releases -H JOB-TOKEN: job-token --data-urlencode tag_name=v1.0.0 --data-urlencode ref=${remote.commit} --data-urlencode name=v1.0.0 --data-urlencode description@dist/changelog.md`,
      ])
    })

    it.each(['here', 'annotated'])('goes on if it is at this commit already: %s', (name) => {
      expect(tag({ tag: name, status: 409, branch: 'moved' })).toMatchObject({
        status: 0,
        go: 'true',
        output: `The release ${name} is there already: it goes on.\n`,
      })
    })

    it('resumes in a pipeline for the tag, which has no branch', () => {
      expect(tag({ tag: 'here', branch: '', status: 409 })).toMatchObject({ status: 0, go: 'true' })
    })

    it('fails if it is at another commit', () => {
      const { status, output, go, calls } = tag({ tag: 'elsewhere' })
      expect([status, go, calls]).toEqual([1, undefined, []])
      expect(output).toMatch(/^elsewhere is at commit [0-9a-f]{40}, not at [0-9a-f]{40}\./)
    })

    it('is left to a newer pipeline, if the branch has moved on', () => {
      expect(tag({ branch: 'moved' })).toMatchObject({
        status: 0,
        go: undefined,
        calls: [],
        output: 'moved has newer commits: their pipeline releases this one as well.\n',
      })
    })

    it('fails with the answer of GitLab, if that refuses', () => {
      const { status, output, go } = tag({ status: 403 })
      expect([status, output, go]).toEqual([1, '{"message":"refused"}\n', undefined])
    })

    it('fails where the server does not answer, and is not taken for old', () => {
      const { status, go, calls } = tag({ remote: '/nowhere' })
      expect([status === 0, go, calls]).toEqual([false, undefined, []])
    })

    it('is nobody’s where nothing is released', () => {
      expect(tag({ release: 'false' })).toMatchObject({ status: 0, go: undefined, calls: [] })
    })
  })

  describe('publish', () => {
    const publish = (go: string) => {
      const env = { TAG_go: go, PLAN_version: '1.0.0', PLAN_dist_tag: 'next' }
      const after = 'echo "publish $VERSION as $NPM_DIST_TAG"'
      return run(shell, [AFTER_TAG_AT_GITLAB, after], { cwd: temporaryFolder(), env })
    }

    it('starts with the version and the dist-tag of the plan', () => {
      expect(publish('true')).toMatchObject({ status: 0, output: 'publish 1.0.0 as next\n' })
    })

    it.each(['', 'false'])('ends well where there is nothing to publish: %j', (go) => {
      expect(publish(go)).toMatchObject({ status: 0, output: 'There is nothing to publish.\n' })
    })
  })
})
