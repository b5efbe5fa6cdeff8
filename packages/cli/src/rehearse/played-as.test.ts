import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { playedAs } from './played-as.ts'
import { testStep } from './testing.ts'

it('leaves a step of a client as it is', () => {
  const step = testStep()
  expect(playedAs(step, '/nowhere')).toEqual([{ step }])
})

it('publishes each package of a tool that decides what to release', () => {
  const step = testStep({ client: 'changesets', packages: ['a', 'b'], args: ['--tag', 'x'] })
  const played = playedAs(step, '/nowhere')
  expect(played.map((one) => one.step)).toMatchObject([
    { client: 'npm', directory: 'a', packages: ['a'], args: [] },
    { client: 'npm', directory: 'b', packages: ['b'], args: [] },
  ])
  expect(played[0]?.note).toContain('changesets was played as `npm publish`')
})

it('publishes with pnpm in its workspaces', () => {
  const root = mkdtempSync(join(tmpdir(), 'trustpub-played-as-'))
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages: [a]\n')
  const [played] = playedAs(testStep({ client: 'lerna', packages: ['a'] }), root)
  expect(played?.step.client).toBe('pnpm')
  rmSync(root, { recursive: true })
})

it('uploads with twine what pdm builds', () => {
  const [played] = playedAs(testStep({ client: 'pdm', args: ['--no-build'] }), '/nowhere')
  expect(played?.step).toMatchObject({ client: 'twine', args: [] })
  expect(played?.note).toContain('pdm was played as')
})

it('lets semantic-release set the version', () => {
  const [played] = playedAs(testStep({ client: 'semantic-release' }), '/nowhere')
  expect(played?.step.setsVersion).toBe(true)
})

it('leaves a version that cannot exchange to the report', () => {
  const step = testStep({ client: 'lerna', incapable: 'too old' })
  expect(playedAs(step, '/nowhere')).toEqual([{ step }])
})
