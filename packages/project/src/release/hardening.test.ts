import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Project } from '../project.ts'
import {
  filesOf,
  type ParsedJob,
  type ParsedStep,
  type ParsedWorkflow,
  workflowsOf,
} from '../testing.ts'
import { AT_GITHUB, AT_GITLAB } from '../testing-definitions.ts'

const definitions = Object.entries(AT_GITHUB)

type Define = () => Project

/** Each definition is synthesised once. */
const synthesised = new Map<Define, Readonly<Record<string, ParsedWorkflow>>>()
function workflowsBy(define: Define): [string, ParsedWorkflow][] {
  const workflows = synthesised.get(define) ?? workflowsOf(define())
  synthesised.set(define, workflows)
  return Object.entries(workflows)
}

/** Jobs by their place, e.g. `release.yml: release_npm`. */
function jobsOf(define: Define): [string, ParsedJob][] {
  return workflowsBy(define).flatMap(([file, { jobs }]) =>
    Object.entries(jobs).map(([id, job]): [string, ParsedJob] => [`${file}: ${id}`, job]),
  )
}

function stepsOf(define: Define): [string, ParsedStep][] {
  return jobsOf(define).flatMap(([place, { steps }]) =>
    steps.map((step): [string, ParsedStep] => [`${place}: ${step.name}`, step]),
  )
}

const canAskForIdTokens = ({ permissions }: ParsedJob) => permissions?.['id-token'] === 'write'
const isRelease = (file: string) => /^release/.test(file)

describe.each(definitions)('the workflows of %s', (name, define) => {
  const workflows = () => workflowsBy(define)

  it('grant nothing as a whole, and name what each job is granted', () => {
    for (const [file, workflow] of workflows()) {
      expect([file, workflow.permissions]).toEqual([file, {}])
      for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined()
    }
  })

  it('pin every action to a commit', () => {
    const uses = stepsOf(define).flatMap(([, step]) => step.uses ?? [])
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((one) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(one))).toEqual([])
  })

  it('paste nothing into a script', () => {
    expect(stepsOf(define).filter(([, { run }]) => run?.includes('${{'))).toEqual([])
  })

  it('leave no credentials in a checkout', () => {
    const checkouts = stepsOf(define).filter(([, { uses }]) =>
      uses?.startsWith('actions/checkout@'),
    )
    expect(checkouts.length).toBeGreaterThan(0)
    for (const [, step] of checkouts) expect(step.with?.['persist-credentials']).toBe(false)
  })

  it('cache nothing, in no job', () => {
    for (const [, { uses = '', with: inputs = {} }] of stepsOf(define)) {
      expect(uses).not.toMatch(/cache/)
      expect(inputs.cache).toBeUndefined()
      if (uses.includes('/setup-node@')) expect(inputs['package-manager-cache']).toBe(false)
      if (uses.includes('/setup-uv@')) expect(inputs['enable-cache']).toBe(false)
    }
  })

  it('let only jobs that publish ask for ID tokens', () => {
    const asking = jobsOf(define).filter(([, job]) => canAskForIdTokens(job))
    const others = asking.filter(
      ([place]) => !/^release.*: release_(?:npm|pypi|testpypi|nuget)$/.test(place),
    )
    expect(others).toEqual([])
  })

  it('run nothing of the project where ID tokens or secrets can be had', () => {
    const jobs = jobsOf(define).filter(
      ([, job]) => canAskForIdTokens(job) || JSON.stringify(job).includes('secrets.'),
    )
    for (const [, { steps, container, environment }] of jobs) {
      const uses = steps.flatMap((step) => step.uses?.split('@')[0] ?? [])
      expect(uses).not.toContain('actions/checkout')
      expect(container).toBeUndefined()
      expect(environment).toEqual(expect.any(String))
      for (const { run = '' } of steps) {
        expect(run).not.toMatch(
          /\b(?:npm|pnpm|yarn|bun|uv|pip) (?:ci|install|sync|run|build|test)\b/,
        )
      }
    }
  })

  it('compare what was built before they use it', () => {
    for (const [, { steps }] of jobsOf(define)) {
      const ids = steps.map(({ id }) => id)
      if (!ids.includes('download')) continue
      expect(ids.indexOf('check_digests')).toBe(ids.indexOf('download') + 1)
      expect(ids.indexOf('release')).toBeGreaterThan(ids.indexOf('check_digests'))
    }
  })

  it('never cancel a release, and let builds of one change give way', () => {
    for (const [file, { concurrency }] of workflows()) {
      expect(concurrency).toEqual({
        group: `$\{{ github.workflow }}-$\{{ github.ref }}`,
        'cancel-in-progress': !isRelease(file),
      })
    }
  })

  it('start by nothing in which strangers have a say with secrets at hand', () => {
    for (const [file, workflow] of workflows()) {
      const events = Object.keys(workflow.on)
      expect(events).not.toContain('pull_request_target')
      expect(events).not.toContain('workflow_run')
      if (isRelease(file)) expect(events).not.toContain('pull_request')
      else expect(JSON.stringify(workflow)).not.toMatch(/secrets\.|: ?"write"/)
    }
  })

  it('end jobs that hang', () => {
    for (const [place, job] of jobsOf(define)) {
      if (!place.endsWith(': own')) expect(job['timeout-minutes']).toBeLessThanOrEqual(30)
    }
  })

  it('publish behind the tag, and only then make the release page', () => {
    for (const [file, { jobs }] of workflows().filter(([file]) => isRelease(file))) {
      const published = Object.keys(jobs).filter((id) => /^release_(?:npm|.*pypi|nuget)$/.test(id))
      for (const id of published) {
        expect([file, id, jobs[id]?.needs, jobs[id]?.if]).toEqual([
          file,
          id,
          // What cannot be taken to TestPyPI shall not be at PyPI either.
          id === 'release_pypi' && published.includes('release_testpypi')
            ? ['release', 'release_tag', 'release_testpypi']
            : ['release', 'release_tag'],
          "needs.release_tag.outputs.go == 'true'",
        ])
      }
      expect(jobs.release_github?.needs).toEqual(['release', 'release_tag', ...published])
      expect(jobs.release_tag?.if).toMatch(/ && !inputs\.dry_run/)
      expect(jobs.release_tag?.if?.endsWith(' && false')).toBe(name.includes('dry'))
    }
  })

  it('build without leave to write, secrets or ID tokens', () => {
    for (const [, { jobs }] of workflows()) {
      const build = jobs.release ?? jobs.build
      expect(build?.permissions).toEqual({ contents: 'read' })
      expect(JSON.stringify(build)).not.toContain('secrets.')
    }
  })
})

describe.each(Object.entries(AT_GITLAB))('the pipeline at GitLab of %s', (_, define) => {
  type Job = Readonly<Record<string, unknown>> & {
    readonly script: readonly string[]
    readonly artifacts?: { readonly reports?: { readonly dotenv?: string } }
  }
  const jobs = (): [string, Job][] => {
    const ci = parse(filesOf(define())['.gitlab-ci.yml'] ?? '{}') as Record<string, Job>
    return Object.entries(ci).filter(([name]) => name !== 'stages')
  }
  const publishes = (name: string) => /^release_(?:npm|pypi|testpypi)/.test(name)

  it('gives ID tokens to jobs that publish, and to no other', () => {
    const asking = jobs().filter(([, job]) => job.id_tokens !== undefined)
    expect(asking.filter(([name]) => !publishes(name))).toEqual([])
  })

  it('publishes in an environment, without a checkout, and what was built', () => {
    for (const [, job] of jobs().filter(([name]) => publishes(name))) {
      expect(job.environment).toEqual(expect.any(String))
      expect(job.variables).toMatchObject({ GIT_STRATEGY: 'empty' })
      expect(job.script[0]).toContain('TAG_go')
      expect(job.cache).toBeUndefined()
      expect(job.resource_group).toBe('release')
      expect(job.script.join('\n')).not.toMatch(/\bnpm (?:ci|install|run)\b/)
    }
  })

  it('lets no job that runs the project decide variables of others', () => {
    for (const [name, { artifacts, script }] of jobs()) {
      if (artifacts?.reports?.dotenv === undefined) continue
      expect(name).toMatch(/^release_(?:plan|tag)(?::|$)/)
      expect(script.join('\n')).not.toMatch(
        /\b(?:npm (?:ci|run)|uv (?:sync|run)|pip|hatch|poetry)\b/,
      )
    }
  })

  it('releases in no pipeline of a merge request', () => {
    for (const [name, { rules }] of jobs().filter(([name]) => name.startsWith('release'))) {
      expect([name, rules]).toEqual([name, expect.any(Array)])
      expect(JSON.stringify(rules)).not.toContain('merge_request')
    }
  })

  it('runs every job by rules, in a stage that there is', () => {
    const ci = parse(filesOf(define())['.gitlab-ci.yml'] ?? '{}') as { stages: string[] }
    for (const [name, { rules, stage }] of jobs()) {
      expect([name, Array.isArray(rules)]).toEqual([name, true])
      expect(ci.stages).toContain(stage)
    }
  })
})
