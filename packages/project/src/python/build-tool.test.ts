import { expect, it } from 'vitest'
import { chosenTool } from './build-tool.ts'

const chosen = (options: object) => chosenTool('PythonProject', { name: 'widget', ...options })

it.each([
  [{}, 'uv'],
  [{ uv: true }, 'uv'],
  [{ poetry: true, uv: false }, 'poetry'],
  [{ setuptools: true, buildTool: 'setuptools' }, 'setuptools'],
  [{ buildTool: 'hatch', setuptools: false }, 'hatch'],
])('takes the tool that is named: %j', (options, tool) => {
  expect(chosen(options).name).toBe(tool)
})

it.each([
  { uv: true, poetry: true },
  { buildTool: 'hatch', setuptools: true },
  { buildTool: 'poetry', poetry: false },
  { uv: false },
])('refuses to choose in silence: %j', (options) => {
  expect(() => chosen(options)).toThrow(expect.objectContaining({ code: 'option_conflict' }))
})
