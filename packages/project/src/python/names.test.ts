import { expect, it } from 'vitest'
import { distributionName, importName } from './names.ts'

const refusal = expect.objectContaining({ code: 'option_invalid' })

it.each([
  ['acme-widget', 'acme_widget'],
  ['Acme.Widget--2', 'acme_widget_2'],
  ['w', 'w'],
])('imports %s as %s', (distribution, module) => {
  expect(distributionName('PythonProject', 'name', distribution)).toBe(distribution)
  expect(importName('PythonProject', undefined, distribution)).toBe(module)
})

it('imports what is asked for, in its spelling', () => {
  expect(importName('PythonProject', '_AcmeCore', 'acme-widget')).toBe('_AcmeCore')
})

it.each(['', '@acme/widget', '-widget', 'widget.', 'widget\n', 'a b', 'wídget'])(
  'refuses %j, which PyPI would not take',
  (name) => {
    expect(() => distributionName('PythonProject', 'name', name)).toThrow(refusal)
  },
)

it.each(['', 'acme-widget', 'acme.widget', '2to3', 'class', 'None', 'a\n', '../a', 'wídget'])(
  'refuses %j, which Python could not import',
  (name) => {
    expect(() => importName('PythonProject', name, 'acme-widget')).toThrow(refusal)
  },
)

it.each(['2to3', 'class'])('refuses to make a module of %s', (distribution) => {
  expect(() => importName('PythonProject', undefined, distribution)).toThrow(refusal)
})
