import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TaskOptions } from './task.ts'
import { Tasks } from './tasks.ts'
import { bareProject, temporaryFolder, writeFiles } from './testing.ts'

/** A task as npm runs it: its command as a script of sh, further arguments behind it. */
function run(command: string | undefined, args: readonly string[] = [], cwd = '/') {
  const words = args.map((arg) => ` '${arg.replaceAll("'", "'\\''")}'`).join('')
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${command}${words}`], {
    cwd,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function commandOf(options: TaskOptions, others: Readonly<Record<string, TaskOptions>> = {}) {
  const tasks = new Tasks()
  for (const [name, other] of Object.entries(others)) tasks.addTask(name, other)
  const call = (name: string, args: string): string => `echo run ${name}${args && ` ${args}`}`
  return tasks.commandOf(tasks.addTask('it', options), call)
}

describe('the command of a task', () => {
  it.each<[string, TaskOptions, string]>([
    ['one step as it is', { exec: 'tsc --build' }, 'tsc --build'],
    ['steps in their order', { steps: [{ exec: 'a' }, { exec: 'b -c' }] }, 'a && b -c'],
    ['arguments of a step', { steps: [{ exec: 'a', args: ['b', 'c d'] }] }, "a b 'c d'"],
    ['messages', { steps: [{ say: "it's on" }] }, "echo 'it'\\''s on'"],
    [
      'variables and folder',
      { exec: 'a', env: { A: '1 2' }, cwd: 'x' },
      "(cd x && export A='1 2' && a)",
    ],
    ['a condition', { exec: 'a', condition: 'test -f x' }, 'if test -f x; then a; fi'],
    [
      'a chain that changes nothing for others',
      { steps: [{ exec: 'a && b' }, { exec: 'c' }] },
      'a && b && c',
    ],
    ['a chain that would', { steps: [{ exec: 'a || b' }, { exec: 'c' }] }, '(a || b) && c'],
  ])('has %s', (_, options, expected) => {
    expect(commandOf(options)).toBe(expected)
  })

  it('calls other tasks by their names, and passes over those that are empty', () => {
    const steps = [{ spawn: 'empty' }, { spawn: 'full', args: ['--x'] }, { spawn: 'hollow' }]
    const others = { empty: {}, full: { exec: 'true' }, hollow: { steps: [{ spawn: 'empty' }] } }
    expect(commandOf({ steps }, others)).toBe('echo run full --x')
    expect(commandOf({ steps: [{ spawn: 'empty' }] }, others)).toBeUndefined()
    expect(commandOf({})).toBeUndefined()
  })

  it('hands any variable on as it is', () => {
    // No program takes NUL in its environment, and half a surrogate pair is no text.
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('$HOME', '`id`', "'; exit 1 #", '\\', '\n', '"$(id)"', '', ' x ', '!!', '~'),
    )
    fc.assert(
      fc.property(value, (text) => {
        fc.pre(!text.includes('\0'))
        const print = 'printf "[%s]" "$VALUE"'
        const ofTask = run(commandOf({ exec: print, env: { VALUE: text } }))
        const ofStep = run(commandOf({ steps: [{ exec: print, env: { VALUE: text } }] }))
        expect([ofTask.stdout, ofStep.stdout]).toEqual([`[${text}]`, `[${text}]`])
      }),
      { numRuns: 25 },
    )
  })

  it('says any text as it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('-n', '-e x', 'a\\nb', "'", '$HOME', '%s')),
        (text) => {
          expect(run(commandOf({ steps: [{ say: text }] })).stdout).toBe(`${text}\n`)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('runs each step in the folder of the project and with its own variables only', () => {
    const folder = realpathSync(temporaryFolder())
    writeFiles(folder, { 'in here/file': '' })
    const steps = [
      { exec: 'ls', cwd: 'in here', env: { A: '1' } },
      { exec: 'cd "in here"' },
      { exec: 'export A=2' },
      { exec: 'pwd' },
      { exec: 'echo "[$A]"' },
    ]
    const { stdout } = run(commandOf({ steps }), [], folder)
    expect(stdout).toBe(`file\n${folder}\n[]\n`)
  })

  it.each<[string, TaskOptions['steps']]>([
    ['a list', [{ exec: 'false' }, { exec: 'true || echo not' }, { exec: 'echo not' }]],
    ['an alternative', [{ exec: 'false' }, { exec: 'false || echo not' }]],
    ['a sequence', [{ exec: 'false' }, { exec: 'true; echo not' }]],
    ['a comment', [{ exec: 'false # comment' }, { exec: 'echo not' }]],
    ['an exit', [{ exec: 'exit 1' }, { exec: 'echo not' }]],
    ['a folder that is not there', [{ exec: 'true || echo not', cwd: 'missing' }]],
  ])('stops at the first step that fails: %s', (_, steps) => {
    const { status, stdout } = run(commandOf({ steps: steps ?? [] }))
    expect([stdout, status === 0]).toEqual(['', false])
  })

  it.each<[string, TaskOptions['steps'], string]>([
    ['exit 0', [{ exec: 'exit 0' }, { exec: 'echo b' }], 'b\n'],
    ['a comment', [{ exec: 'echo a # not' }, { exec: 'echo b' }], 'a\nb\n'],
    ['a background job', [{ exec: 'true &' }, { exec: 'echo b' }], 'b\n'],
    ['several lines', [{ exec: 'cat <<END\na\nEND' }, { exec: 'echo b' }], 'a\nb\n'],
    ['a variable after a comment', [{ exec: 'echo "$A" # a', env: { A: 'b' } }], 'b\n'],
  ])('goes on behind %s', (_, steps, expected) => {
    expect(run(commandOf({ steps: steps ?? [] }))).toMatchObject({ status: 0, stdout: expected })
  })

  it('does what a condition allows, and is no failure where it allows nothing', () => {
    const step = (condition: string) => ({ exec: 'echo a || echo no', condition })
    const of = (condition: string) =>
      run(commandOf({ steps: [step(condition), { exec: 'echo b' }] })).stdout
    expect([of('true'), of('false'), of('false || true'), of('true # yes')]).toEqual([
      'a\nb\n',
      'b\n',
      'a\nb\n',
      'a\nb\n',
    ])
    expect(run(commandOf({ exec: 'exit 1', condition: 'false' })).status).toBe(0)
  })

  it('is given arguments at its end, as npm does it', () => {
    const exec = 'printf "<%s>"'
    expect(run(commandOf({ exec }), ['a b', '$c'])).toMatchObject({ stdout: '<a b><$c>' })
  })

  it('hands arguments on to the steps that receive them, and to no other', () => {
    const steps = [
      { exec: 'printf "<%s>"', receiveArgs: true },
      { exec: 'printf "(%s)"' },
      { exec: 'printf "{%s}"', receiveArgs: true, args: ['own'], env: { A: '1' } },
    ]
    expect(run(commandOf({ steps }), ['a b', "it's"])).toMatchObject({
      status: 0,
      stdout: "<a b><it's>(){own}{a b}{it's}",
    })
    const others = { full: { exec: 'true' } }
    const spawning = { steps: [{ spawn: 'full', receiveArgs: true }], env: { A: '1' } }
    expect(run(commandOf(spawning, others), ['--x']).stdout).toBe('run full --x\n')
  })
})

describe('Tasks', () => {
  it('refuses a second task of a name', () => {
    const tasks = new Tasks()
    tasks.addTask('build')
    expect(() => tasks.addTask('build')).toThrow(expect.objectContaining({ code: 'task_twice' }))
    expect(tasks.removeTask('build')?.name).toBe('build')
    expect(() => tasks.addTask('build')).not.toThrow()
  })

  it.each(['', ' ', 'a b', '-x', 'a;b', 'a\nb', '$x', 'é'])('refuses the name %j', (name) => {
    expect(() => new Tasks().addTask(name)).toThrow(expect.objectContaining({ code: 'task_name' }))
  })

  it('refuses a task that runs one which is not there, with the nearest name', () => {
    const project = bareProject()
    const build = project.addTask('build')
    const compile = project.addTask('compile', { exec: 'tsc' })
    build.spawn(compile)
    project.removeTask('compile')
    project.addTask('compiles')
    expect(() => project.synth()).toThrow(
      expect.objectContaining({
        code: 'task_unknown',
        message: 'There is no task compile. Did you mean compiles?',
      }),
    )
  })

  it('refuses tasks that run in a circle, and names it', () => {
    const tasks = new Tasks()
    const [a, b, c] = ['a', 'b', 'c'].map((name) => tasks.addTask(name))
    if (!a || !b || !c) return expect.unreachable()
    a.spawn(b)
    b.spawn(c)
    tasks.check()
    c.spawn(b)
    expect(() => tasks.check()).toThrow(
      'The tasks run each other in a circle: b → c → b. Take one of the steps out.',
    )
  })

  it('keeps the steps of a locked task', () => {
    const tasks = new Tasks()
    const task = tasks.addTask('build', { exec: 'a' })
    task.prependExec('b')
    task.lock()
    for (const change of [
      () => task.exec('x'),
      () => task.reset('x'),
      () => task.prependSay('x'),
      () => task.spawn(tasks.addTask('x')),
    ]) {
      expect(change).toThrow(expect.objectContaining({ code: 'task_locked' }))
    }
    expect(task.steps).toEqual([{ exec: 'b' }, { exec: 'a', receiveArgs: undefined }])
  })

  it('replaces all steps by one, or by none', () => {
    const task = new Tasks().addTask('test', { steps: [{ exec: 'a' }, { say: 'b' }] })
    task.reset('c')
    expect(task.steps).toEqual([{ exec: 'c' }])
    task.reset()
    expect(task.steps).toEqual([])
  })
})

describe('scripts of package.json', () => {
  it('are run by npm with everything that the task says', async () => {
    const { NodeProject } = await import('./node/node-project.ts')
    const folder = temporaryFolder()
    const project = new NodeProject({ name: 'widget', outdir: folder, repository: 'acme/widget' })
    project.compileTask.exec('printf "%s\\n" "$WORD"', { env: { WORD: "it's $HOME" } })
    project.testTask.reset('printf "(%s)"', { receiveArgs: true })
    project.synth()
    const npm = (...args: string[]) =>
      spawnSync('npm', ['run', '--silent', ...args], { cwd: folder, encoding: 'utf8' }).stdout
    expect(npm('build')).toBe("it's $HOME\n()")
    expect(npm('test', '--', 'a b')).toBe('(a b)')
  })
})
