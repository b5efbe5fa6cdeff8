import { describe, expect, it } from 'vitest'
import { packagesOf } from './manifests.ts'
import { type Files, manifestsIn, withRepository } from './repository.test.util.ts'

const packages = async (files: Files) => packagesOf(await withRepository(files, manifestsIn))

describe('readManifests', () => {
  it('reads the literal name and version of a setup.py', async () => {
    const call = 'setup(\n  name="old-style", version=\'1.0\',\n  packages=find_packages())\n'
    expect(await packages({ 'setup.py': `from setuptools import setup\n${call}` })).toEqual([
      { ecosystem: 'pypi', name: 'old-style', version: '1.0', directory: '.', private: false },
    ])
    expect(await packages({ 'setup.py': 'setup(name=NAME)\n' })).toEqual([])
  })

  it('finds packages of both ecosystems and tells private ones', async () => {
    const found = await packages({
      'package.json': '{"private":true,"workspaces":["packages/*"]}',
      'packages/a/package.json': '{"name":"@acme/a","version":"1.0.0"}',
      'packages/b/package.json': '\uFEFF{"name":"b","private":true}',
      'py/pyproject.toml': '[project]\nname="Acme.Py"\nversion="2"\n',
      'py2/pyproject.toml': '[project]\nname="dyn"\ndynamic=["version"]\n',
      'py3/pyproject.toml': '[tool.poetry]\nname="old"\nversion="0.1"\n',
      'py4/pyproject.toml': '[project]\nname="p"\nclassifiers=["Private :: Do Not Upload"]\n',
      'py6/setup.cfg':
        '[metadata]\nname = older\nversion = attr: older.__version__\n[options]\nname = no\n',
      'py7/setup.cfg': '[flake8]\nname = no\n',
      'py5/pyproject.toml': '[tool.ruff]\nline-length=100\n',
    })
    expect(found).toEqual([
      {
        ecosystem: 'npm',
        name: '@acme/a',
        version: '1.0.0',
        directory: 'packages/a',
        private: false,
      },
      { ecosystem: 'npm', name: 'b', directory: 'packages/b', private: true },
      { ecosystem: 'pypi', name: 'Acme.Py', version: '2', directory: 'py', private: false },
      { ecosystem: 'pypi', name: 'dyn', directory: 'py2', private: false },
      { ecosystem: 'pypi', name: 'old', version: '0.1', directory: 'py3', private: false },
      { ecosystem: 'pypi', name: 'p', directory: 'py4', private: true },
      { ecosystem: 'pypi', name: 'older', directory: 'py6', private: false },
    ])
  })

  it('reads the Python package that jsii makes of an npm package', async () => {
    const python = { distName: 'acme-widget', module: 'acme.widget' }
    const manifest = (targets: object) =>
      JSON.stringify({ name: '@acme/widget', version: '1.0.0', jsii: { targets } })
    const found = await packages({
      'package.json': manifest({ python }),
      'pyproject.toml': '[project]\nname="tools"\nversion="0"\n',
      'a/package.json': manifest({ python: { distName: 'a' } }),
    })
    const own = { version: '1.0.0', directory: '.', private: false }
    expect(found).toEqual([
      { ecosystem: 'npm', name: '@acme/widget', ...own },
      { ecosystem: 'npm', name: '@acme/widget', ...own, directory: 'a' },
      { ecosystem: 'pypi', name: 'acme-widget', ...own, jsii: { module: 'acme.widget' } },
    ])
  })

  it('stays out of dependencies, build output, hidden and ignored directories', async () => {
    const manifest = '{"name":"x","version":"1.0.0"}'
    const found = await packages({
      '.gitignore': 'out/\n/only/here\n*.log\n',
      'node_modules/x/package.json': manifest,
      'a/dist/package.json': manifest,
      '.hidden/package.json': manifest,
      'a/out/package.json': manifest,
      'only/here/package.json': manifest,
      '1/2/3/4/5/package.json': manifest,
      '1/2/3/4/package.json': manifest,
    })
    expect(found.map(({ directory }) => directory)).toEqual(['1/2/3/4'])
  })

  it('makes a broken manifest an unknown and reads the others', async () => {
    const { npm, unknowns } = await withRepository(
      {
        'package.json': '{"name":',
        'a/package.json': '{"name":"a"}',
        'b/package.json': '[]',
        'c/pyproject.toml': '[project',
        'd/package.json': '{"name":"d"}',
        'd/pnpm-workspace.yaml': 'packages: [',
      },
      manifestsIn,
    )
    expect(npm.map(({ name }) => name)).toEqual(['a'])
    expect(unknowns.map(({ place }) => place?.file)).toEqual([
      'package.json',
      'b/package.json',
      'c/pyproject.toml',
      'd/pnpm-workspace.yaml',
    ])
  })
})
