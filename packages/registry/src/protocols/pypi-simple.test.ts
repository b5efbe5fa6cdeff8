import { describe, expect, it } from 'vitest'
import type { Package, Release, ReleaseFile } from '../domain/model.ts'
import { latestRelease } from './pypi-json.ts'
import { renderIndex, renderProject } from './pypi-simple.ts'

const PACKAGE: Package = {
  id: 'p',
  ecosystem: 'pypi',
  name: 'My.Widget',
  normalised: 'my-widget',
  visibility: 'public',
  revision: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}

const FILE: ReleaseFile = {
  filename: 'my_widget-1.0+local-py3-none-any.whl',
  kind: 'wheel',
  size: 12,
  digests: { sha256: 'abc' },
  blob: 'b',
  uploadedAt: '2026-01-01T00:00:00.000Z',
}

function release(version: string, ...files: ReleaseFile[]): Release {
  return {
    id: version,
    version,
    manifest: {},
    publishedAt: FILE.uploadedAt,
    publishedBy: { kind: 'account', id: 'a', name: 'alice' },
    signatures: [],
    files,
  }
}

const ORIGIN = 'https://registry.example'

function projectPage(form: 'html' | 'json', ...files: ReleaseFile[]): string {
  return renderProject(form, PACKAGE, [release('1.0', ...files)], ORIGIN)
}

function fileJson(file: ReleaseFile): Record<string, unknown> {
  const page = JSON.parse(projectPage('json', file)) as {
    files: Record<string, unknown>[]
  }
  return page.files[0] ?? {}
}

describe('the simple pages', () => {
  it('escape what an uploader wrote, in attributes and in text', () => {
    const requiresPython = `>=3.9,<4"'><script>`
    const html = projectPage('html', { ...FILE, requiresPython })
    expect(html).toContain('data-requires-python="&gt;=3.9,&lt;4&quot;&#39;&gt;&lt;script&gt;"')
    expect(html).not.toContain('<script>')
  })

  it('escape the plus sign of a local version in links', () => {
    expect(fileJson(FILE).url).toBe(
      '../../files/pypi/my-widget/my_widget-1.0%2Blocal-py3-none-any.whl',
    )
  })

  it('show a yanked file with its reason, and one without a reason as yanked too', () => {
    expect(fileJson(FILE).yanked).toBe(false)
    expect(fileJson({ ...FILE, yanked: 'broken' }).yanked).toBe('broken')
    expect(fileJson({ ...FILE, yanked: '' }).yanked).toBe(true)
    const html = projectPage('html', { ...FILE, yanked: '' })
    expect(html).toContain(' data-yanked=""')
  })

  it('give the digest of the metadata under both names', () => {
    const metadata = { blob: 'm', sha256: 'def' }
    expect(fileJson({ ...FILE, metadata })).toMatchObject({
      'core-metadata': { sha256: 'def' },
      'data-dist-info-metadata': { sha256: 'def' },
    })
    const html = projectPage('html', { ...FILE, metadata })
    expect(html).toContain('data-core-metadata="sha256=def" data-dist-info-metadata="sha256=def"')
  })

  it('link the provenance of a file that has some, by its whole address', () => {
    const url = `${ORIGIN}/integrity/my-widget/1.0/my_widget-1.0%2Blocal-py3-none-any.whl/provenance`
    const attested = { ...FILE, predicates: ['https://docs.pypi.org/attestations/publish/v1'] }
    expect(fileJson(attested).provenance).toBe(url)
    expect(projectPage('html', attested)).toContain(` data-provenance="${url}"`)
    expect(fileJson(FILE).provenance).toBeNull()
    expect(projectPage('html', FILE)).not.toContain('data-provenance')
  })

  it('order versions as PEP 440 does', () => {
    const releases = [release('1.10'), release('1.9'), release('1.10rc1')]
    const page = renderProject('json', PACKAGE, releases, ORIGIN)
    expect(JSON.parse(page)).toMatchObject({ versions: ['1.9', '1.10rc1', '1.10'] })
  })

  it('list projects under the names their owners write, linked by the normalised ones', () => {
    expect(renderIndex('html', [PACKAGE])).toContain('<a href="my-widget/">My.Widget</a>')
    expect(JSON.parse(renderIndex('json', [PACKAGE]))).toMatchObject({
      projects: [{ name: 'My.Widget' }],
    })
  })
})

describe('latestRelease', () => {
  const yanked = { ...FILE, yanked: '' }

  it.each<[string, readonly Release[], string | undefined]>([
    ['the highest version', [release('1.10', FILE), release('1.9', FILE)], '1.10'],
    ['rather no pre-release', [release('1.0', FILE), release('2.0a1', FILE)], '1.0'],
    ['rather none that is yanked', [release('1.0a1', FILE), release('2.0', yanked)], '1.0a1'],
    ['a yanked one if there is no other', [release('2.0', yanked)], '2.0'],
    ['nothing of nothing', [], undefined],
  ])('takes %s', (_, releases, version) => {
    expect(latestRelease(releases)?.version).toBe(version)
  })
})
