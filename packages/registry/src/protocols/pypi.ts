import type { App } from '../http/app-types.ts'
import { identifyActor } from '../http/auth.ts'
import type { Registry } from '../registry.ts'
import type { Protocol } from './protocol.ts'
import { burnToken, mintToken } from './pypi-exchange.ts'
import { provenance } from './pypi-provenance.ts'
import { pypiReader, redirect } from './pypi-read.ts'
import { uploadDistribution } from './pypi-upload.ts'

/** The protocol of PyPI, as pip, uv, twine and gh-action-pypi-publish speak it. */
export const pypi: Protocol = { id: 'pypi', mount }

function mount(app: App, registry: Registry): void {
  const { config } = registry

  // The credential here is a token in the body, so nothing looks for API tokens.
  app.get('/_/oidc/audience', (c) => c.json({ audience: config.audiences.pypi[0] }))
  app.post('/_/oidc/mint-token', (c) => mintToken(c, registry))
  app.post('/_/oidc/:provider/mint-token', (c) => mintToken(c, registry))
  app.post('/_/oidc/burn-token', (c) => burnToken(c, registry))

  const known = identifyActor(registry)
  app.on('POST', ['/legacy', '/legacy/'], known, (c) => uploadDistribution(c, registry))

  const read = pypiReader(registry)
  app.get('/simple', (c) => redirect(c, 'simple/', 301))
  app.get('/simple/', known, (c) => read.index(c))
  app.get('/simple/:name', (c) => redirect(c, `${encodeURIComponent(c.req.param('name'))}/`, 301))
  app.get('/simple/:name/', known, (c) => read.project(c, c.req.param('name')))
  app.get('/files/pypi/:name/:filename', known, (c) =>
    read.file(c, c.req.param('name'), c.req.param('filename')),
  )
  app.get('/integrity/:name/:version/:filename/provenance', known, (c) =>
    provenance(c, registry, c.req.param()),
  )
  app.get('/pypi/:name/json', known, (c) => read.json(c, c.req.param('name')))
  app.get('/pypi/:name/:version/json', known, (c) =>
    read.json(c, c.req.param('name'), c.req.param('version')),
  )
}
