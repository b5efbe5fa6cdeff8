import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  exampleRepository,
  isExample,
  moduleNameOf,
  nameFrom,
  providerOf,
  pythonNameOf,
  repositoryFrom,
  repositoryText,
} from './choices.ts'

describe('names', () => {
  it.each([
    ['/src/widget', 'widget'],
    ['/src/My Tool_2', 'my-tool-2'],
    ['/src/.config', 'config'],
    ['/', 'my-package'],
    ['/src/日本', 'my-package'],
  ])('makes of the folder %s the name %s', (folder, name) => {
    expect(nameFrom(folder)).toBe(name)
  })

  it.each([
    ['@acme/widget', 'acme-widget', 'acme_widget'],
    ['widget.core', 'widget.core', 'widget_core'],
    ['2fast', '2fast', '_2fast'],
  ])('makes of %s the package %s and the module %s', (name, python, module) => {
    expect(pythonNameOf(name)).toBe(python)
    expect(moduleNameOf(name)).toBe(module)
  })
})

describe('repositories', () => {
  it.each([
    ['acme/widget', undefined, 'acme/widget', 'github'],
    ['https://github.com/acme/widget.git', undefined, 'acme/widget', 'github'],
    ['git@github.com:acme/widget.git', undefined, 'acme/widget', 'github'],
    ['acme/team/widget', 'gitlab', 'gitlab:acme/team/widget', 'gitlab'],
    ['gitlab:acme/widget', undefined, 'gitlab:acme/widget', 'gitlab'],
    ['https://gitlab.acme.com/a/b', undefined, 'https://gitlab.acme.com/a/b', 'gitlab'],
    ['https://git.acme.com/a/b', 'gitlab', 'https://git.acme.com/a/b', 'github'],
  ] as const)('reads %s with the provider %s as %s', (given, provider, text, found) => {
    const repository = repositoryFrom(given, provider, tmpdir())
    if (repository === undefined) throw new Error('not read')
    expect(repositoryText(repository)).toBe(text)
    expect(providerOf(repository)).toBe(found)
    expect(isExample(repository)).toBe(false)
  })

  it('refuses what is none', () => {
    expect(() => repositoryFrom('acme', undefined, tmpdir())).toThrow('--repository must be')
  })

  it('has an example of which it knows that it is one', () => {
    const repository = exampleRepository('@acme/widget', 'gitlab')
    expect(repositoryText(repository)).toBe('gitlab:example/widget')
    expect(isExample(repository)).toBe(true)
  })
})
