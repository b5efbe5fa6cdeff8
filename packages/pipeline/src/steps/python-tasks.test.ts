import { describe, expect, it } from 'vitest'
import { pythonTask } from './python-tasks.ts'

const PROJECT = `
[tool.hatch.envs.default.scripts]
publish = ["hatch build", "twine upload dist/*"]
[tool.hatch.envs.release.scripts]
go = "hatch publish"
[tool.pdm.scripts]
publish = { cmd = "twine upload dist/*" }
all = { composite = ["publish", "echo done"] }
[tool.poe.tasks.publish]
sequence = [{ cmd = "poetry build" }, { shell = "poetry publish" }]
[tool.taskipy.tasks]
publish = "flit publish"
`

function task(line: string, project = PROJECT): string | undefined {
  return pythonTask(line.split(' '), (file) => (file === 'pyproject.toml' ? project : undefined))
}

describe('pythonTask', () => {
  it.each([
    ['hatch run publish', 'hatch build\ntwine upload dist/*'],
    ['hatch run release:go', 'hatch publish'],
    ['pdm run publish', 'twine upload dist/*'],
    ['pdm run all', 'twine upload dist/*\necho done'],
    ['uv run poe publish', 'poetry build\npoetry publish'],
    ['task publish', 'flit publish'],
  ])('reads what %j runs', (line, script) => {
    expect(task(line)).toBe(script)
  })

  it.each([
    'hatch run twine upload dist/*',
    'pdm publish',
    'poe nothing',
    'publish',
    'hatch build',
  ])('says nothing of %j', (line) => {
    expect(task(line)).toBeUndefined()
  })

  it('says nothing where there is no project, or none that can be read', () => {
    expect(task('poe publish', '')).toBeUndefined()
    expect(task('poe publish', '[tool')).toBeUndefined()
  })
})
