import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PythonProject } from '@trustpub/project'
import { expect, it, type TestContext } from 'vitest'
import { temporaryFolder } from './support/folders.ts'
import { recordLeftOut } from './support/left-out.ts'

/** A project without tasks of its own. The test is skipped where there is no make. */
function project(ctx: TestContext): PythonProject {
  if (spawnSync('make', ['--version']).status !== 0) {
    recordLeftOut(`${ctx.task.name}: make is not on this machine.`)
    ctx.skip()
  }
  const made = new PythonProject({ name: 'widget', outdir: temporaryFolder(), github: false })
  for (const { name } of made.tasks.all) made.removeTask(name)
  return made
}

const makefileOf = (made: PythonProject): string => made.tryFindFile('Makefile')?.content() ?? ''

function make(made: PythonProject, ...args: readonly string[]): string {
  writeFileSync(join(made.outdir, 'Makefile'), makefileOf(made))
  return execFileSync('make', ['--silent', ...args], {
    cwd: made.outdir,
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

it('hands commands to the shell as they are', (ctx) => {
  const made = project(ctx)
  made.addTask('print', { exec: `A='$HOME #'; echo "$A" '$(B)' $((1 + 1)) % \\\\` })
  made.addTask('lines', { exec: 'for name in a b\ndo\n  echo "it\'s $name"\ndone' })
  expect(make(made, 'print')).toBe('$HOME # $(B) 2 % \\\n')
  expect(make(made, 'lines')).toBe("it's a\nit's b\n")
})

it('runs the tasks that a task runs, and passes over empty ones', (ctx) => {
  const made = project(ctx)
  const build = made.addTask('build')
  build.spawn(made.addTask('hook'))
  build.spawn(made.addTask('test:unit', { exec: 'echo tested' }))
  build.spawn(made.addTask('greet', { exec: 'echo Hello,' }), { args: ['Ann Lee'] })
  build.say('done')
  expect(make(made)).toBe('tested\nHello, Ann Lee\ndone\n')
  expect(make(made, '--dry-run')).toContain('echo tested')
  expect(makefileOf(made)).toContain('.PHONY: build test\\:unit greet\n')
})

it('has targets although there are files of the same names', (ctx) => {
  const made = project(ctx)
  made.addTask('build', { exec: 'echo built' })
  writeFileSync(join(made.outdir, 'build'), '')
  expect(make(made, 'build')).toBe('built\n')
})

it('stops at the first command that fails', (ctx) => {
  const made = project(ctx)
  const build = made.addTask('build', { exec: 'false' })
  build.exec('echo built')
  expect(() => make(made)).toThrow(/Error 1/)
})

it('keeps a description from becoming a part of the rules', (ctx) => {
  const made = project(ctx)
  made.addTask('build', { description: 'one\ntwo:\n\techo no \\', exec: 'echo yes' })
  expect(make(made)).toBe('yes\n')
})
