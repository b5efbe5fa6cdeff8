import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Project } from './project.ts'
import { filesOf } from './testing.ts'
import { AT_GITHUB, AT_GITLAB, node } from './testing-definitions.ts'

let workflow: ValidateFunction
let pipeline: ValidateFunction
let dependabot: ValidateFunction

beforeAll(() => {
  // The schemas have keywords of editors, and unions that strict mode frowns upon.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const compiled = (name: string): ValidateFunction =>
    ajv.compile(
      JSON.parse(readFileSync(new URL(`fixtures/schemas/${name}.json`, import.meta.url), 'utf8')),
    )
  workflow = compiled('github-workflows')
  pipeline = compiled('gitlab-ci')
  dependabot = compiled('dependabot')
})

function problems(validate: ValidateFunction, text = ''): ErrorObject[] {
  return validate(parse(text)) ? [] : (validate.errors ?? [])
}

function filesMatching(project: Project, pattern: RegExp): [string, string][] {
  return Object.entries(filesOf(project)).filter(([path]) => pattern.test(path))
}

describe('the schema of GitHub', () => {
  it.each(Object.entries(AT_GITHUB))('accepts the workflows of %s', (_, define) => {
    const workflows = filesMatching(define(), /^\.github\/workflows\//)
    expect(workflows).not.toEqual([])
    for (const [path, text] of workflows)
      expect([path, problems(workflow, text)]).toEqual([path, []])
  })

  it('refuses what GitHub would refuse', () => {
    const [, text = ''] = filesMatching(node(), /release\.yml$/)[0] ?? []
    const broken = (change: (text: string) => string) => problems(workflow, change(text)).length
    expect(broken((text) => text)).toBe(0)
    expect(broken((text) => text.replace('timeout-minutes:', 'timeoutMinutes:'))).toBeGreaterThan(0)
    expect(broken((text) => text.replace('id-token: write', 'id-token: yes'))).toBeGreaterThan(0)
    expect(
      broken((text) => text.replace('  workflow_dispatch:', '  workflow-dispatch:')),
    ).toBeGreaterThan(0)
  })
})

describe('the schema of GitLab', () => {
  it.each(Object.entries(AT_GITLAB))('accepts the pipeline of %s', (_, define) => {
    const [file] = filesMatching(define(), /^\.gitlab-ci\.yml$/)
    expect(problems(pipeline, file?.[1])).toEqual([])
  })

  it('refuses what GitLab would refuse', () => {
    const define = AT_GITLAB['Node, trusted'] ?? node
    const [, text = ''] = filesMatching(define(), /^\.gitlab-ci\.yml$/)[0] ?? []
    expect(problems(pipeline, text.replace('aud:', 'audience:'))).not.toEqual([])
    expect(problems(pipeline, text.replace('script:', 'scripts:'))).not.toEqual([])
  })
})

describe('the schema of Dependabot', () => {
  it('accepts the file', () => {
    const [file] = filesMatching(node({ dependabot: true }), /dependabot\.yml$/)
    expect(problems(dependabot, file?.[1])).toEqual([])
    expect(problems(dependabot, file?.[1].replace('weekly', 'sometimes'))).not.toEqual([])
  })
})
