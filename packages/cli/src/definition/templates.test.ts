import { runInThisContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Choices } from './choices.ts'
import { definitionFor, quoted } from './templates.ts'

const CHOICES: Choices = {
  kind: 'node',
  name: '@acme/widget',
  repository: { host: 'github.com', path: 'acme/widget' },
  provider: 'github',
  buildTool: 'uv',
  author: { name: "Ann O'Hara", email: 'ann@example.com' },
}

describe('quoted', () => {
  it('is read by JavaScript as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(runInThisContext(quoted(text))).toBe(text)
      }),
    )
  })
})

describe('definitionFor', () => {
  it('writes a short definition for npm', () => {
    expect(definitionFor(CHOICES)).toEqual({
      file: '.trustpubrc.ts',
      text: `import { NodeProject } from '@trustpub/project'

// The generated files of this repository follow from here. After a change run: trustpub synth
const project = new NodeProject({
  name: '@acme/widget',
  // Trusted publishing is bound to this repository.
  repository: 'acme/widget',
  // What is pushed to this branch is released.
  defaultReleaseBranch: 'main',
  publishToNpm: true,
  // With an ID token of the CI; no token is stored anywhere.
  npmPublishOptions: { trustedPublishing: true },
})

project.synth()
`,
    })
  })

  it('names author and both packages for JSII', () => {
    const { text } = definitionFor({ ...CHOICES, kind: 'jsii' })
    expect(text).toContain("author: 'Ann O\\'Hara',")
    expect(text).toContain("repositoryUrl: 'https://github.com/acme/widget.git',")
    expect(text).toContain("distName: 'acme-widget',")
    expect(text).toContain("module: 'acme_widget',")
  })

  it('writes JSON for Python, and leaves out an author whom nobody knows', () => {
    const { file, text } = definitionFor({ ...CHOICES, kind: 'python', author: undefined })
    expect(file).toBe('.trustpubrc.json')
    const { '//': comment, ...options } = JSON.parse(text)
    expect(comment).toContain('trustpub synth')
    expect(options).toEqual({
      type: 'python',
      name: '@acme/widget',
      moduleName: 'acme_widget',
      repository: 'acme/widget',
      defaultReleaseBranch: 'main',
      buildTool: 'uv',
      publishToPypi: { trustedPublishing: true },
    })
  })

  it('says gitlab only where the address does not', () => {
    const at = (host: string) =>
      definitionFor({ ...CHOICES, provider: 'gitlab', repository: { host, path: 'acme/widget' } })
    expect(at('git.acme.com').text).toContain('  gitlab: true,\n')
    expect(at('gitlab.com').text).toContain("repository: 'gitlab:acme/widget',")
    expect(at('gitlab.com').text).not.toContain('gitlab: true')
  })
})
