import { tarGzOf } from '../archives/testing.ts'

type Json = Readonly<Record<string, unknown>>

const DEPENDENCIES = { semver: '^7.0.0' }

/** The tarball of a package as npm packs it; `more` are members of its package.json. */
export function npmTarballOf(name: string, version: string, more: Json = {}): Promise<Buffer> {
  const json = JSON.stringify({ name, version, dependencies: DEPENDENCIES, ...more })
  return tarGzOf([
    ['package/package.json', json],
    ['package/index.js', 'module.exports = 1\n'],
  ])
}

/** What `npm publish` sends; `change` replaces members of the document, `more` are members of its manifest. */
export function publishDocumentOf(
  name: string,
  version: string,
  tarball: Buffer,
  change: Json = {},
  more: Json = {},
): string {
  return JSON.stringify({
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: {
      [version]: {
        name,
        version,
        description: `The package ${name}`,
        dependencies: DEPENDENCIES,
        readme: `# ${name}\n${'All about it. '.repeat(100)}`,
        _npmUser: { name: 'forged' },
        dist: { tarball: 'http://elsewhere.example/x.tgz', integrity: 'sha512-forged' },
        ...more,
      },
    },
    access: null,
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
    ...change,
  })
}
