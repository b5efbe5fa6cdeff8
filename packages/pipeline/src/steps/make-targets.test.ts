import { describe, expect, it } from 'vitest'
import { makeTarget } from './make-targets.ts'

const MAKEFILE = `VERSION := 1.0
.PHONY: build release

build: clean
\tpython -m build

release: build ## uploads
\t@echo "now"
\t-twine upload \\
\t  dist/*
\techo $(VERSION) $$HOME

clean:
\trm -rf dist
`

const read = (files: Readonly<Record<string, string>>) => (file: string) => files[file]
const run = (line: string, files: Readonly<Record<string, string>>) =>
  makeTarget(line.split(' '), read(files))

describe('makeTarget', () => {
  it('gives the recipe of a target after those that it needs', () => {
    expect(run('make release', { Makefile: MAKEFILE })?.split('\n')).toEqual([
      'rm -rf dist',
      'python -m build',
      'echo "now"',
      'twine upload dist/*',
      `echo \${VERSION} $HOME`,
    ])
  })

  it('follows make that starts itself, and gives each line a shell of its own', () => {
    const text =
      'all:\n\t@$(MAKE) --no-print-directory one\none:\n\tcd a && npm publish\n\tnpm publish\n'
    expect(run('make all', { Makefile: text })).toBe('make --no-print-directory one')
    expect(run('make one', { Makefile: text })).toBe('(cd a && npm publish)\nnpm publish')
  })

  it('knows several targets, variables and flags on the command line', () => {
    const script = run('make -j2 V=1 clean build', { Makefile: MAKEFILE })
    expect(script).toBe('rm -rf dist\npython -m build')
  })

  it('reads a justfile and the commands of tox', () => {
    expect(run('just publish', { justfile: 'publish:\n    npm publish\n' })).toBe('npm publish')
    const tox = '[testenv:release]\ndeps = twine\ncommands =\n    twine upload dist/*\n[other]\n'
    expect(run('tox -e release', { 'tox.ini': tox })?.split(/\n\s*/)).toEqual([
      "pip install 'twine'",
      'twine upload dist/*',
    ])
    const nox =
      'import nox\n@nox.session(python="3.12")\ndef release(session):\n    session.install("twine<6", "-r", "dev.txt")\n    session.run(\n        "twine", "upload", *glob("x"), "dist/*", external=True)\n\ndef other(session):\n    session.run("y")\n'
    expect(run('nox -s release', { 'noxfile.py': nox })?.split('\n')).toEqual([
      "pip install 'twine<6' '-r' 'dev.txt'",
      "'twine' 'upload' 'dist/*'",
    ])
  })

  it.each([
    ['make release', {}],
    ['make nothing', { Makefile: MAKEFILE }],
    ['npm publish', { Makefile: MAKEFILE }],
    ['tox', { 'tox.ini': '[testenv]\ncommands = pytest\n' }],
  ])('says nothing of %j where it is not written', (line, files) => {
    expect(run(line, files)).toBeUndefined()
  })
})
